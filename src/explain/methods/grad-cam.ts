import * as tf from '@tensorflow/tfjs';
import { cutAtFeatures } from '../features';
import { classesInQuestion, decisionSign, differentiable, targetValue } from '../gradients';
import { attributionMap } from '../maps';
import type { ExplainContext, ExplanationMethod, MethodOptions } from '../types';

/**
 * GradCAM, E(x) = ReLU(Σ_k α_k A_k), α_k the spatial mean of ∂F/∂A_k over the last convolution features A, up-sampled
 * bilinearly with half-pixel centres. Selvaraju et al., 2017, arXiv 1610.02391, eq. (1), (2).
 * The layer is the card's `classifier.featureLayer`, or the last activation before global pooling.
 * Options: `target`, `explainedClass` ('decided' turns the sign for images called negative; of more than two classes the
 * decided one is always the one explained).
 */
export const gradCam: ExplanationMethod = {
  id: 'gradcam',
  title: 'GradCAM',
  citation: 'Selvaraju et al., Grad-CAM, ICCV 2017, arXiv 1610.02391',
  oneShot: true,
  needs: { gradients: true },
  map: attributionMap,
  explain(context, batch, options = {}) {
    const [, height, width] = batch.shape;
    const map = tf.tidy(() => {
      const { features, gradient } = featureGradient(context, batch, options);
      const weights = tf.mean(gradient, [1, 2], true);
      const cam = tf.relu(tf.sum(tf.mul(weights, features), 3, true)) as tf.Tensor4D;
      return tf.image.resizeBilinear(cam, [height, width], false, true).squeeze<tf.Tensor3D>([3]);
    });
    return { map };
  },
};

function featureGradient(
  context: ExplainContext,
  batch: tf.Tensor4D,
  options: MethodOptions,
): { features: tf.Tensor4D; gradient: tf.Tensor4D } {
  const cut = cutAtFeatures(context);
  const features = cut.features(batch);
  const logits = (inner: tf.Tensor): tf.Tensor2D => cut.logits(inner as tf.Tensor4D, batch);
  const classes = classesInQuestion(context, batch);
  const turned = options.explainedClass === 'decided' && !classes;
  const sign = turned ? decisionSign(context, logits(features)) : tf.scalar(1);
  const total = (inner: tf.Tensor): tf.Scalar =>
    tf.sum(tf.mul(sign, targetValue(context, logits(inner), options.target, classes)));
  return { features, gradient: differentiable(context, () => tf.grad(total)(features) as tf.Tensor4D) };
}
