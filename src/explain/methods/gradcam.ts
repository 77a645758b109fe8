import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { cutAtFeatures } from '../features';
import { classesInQuestion, decidingLogits, decisionSign, differentiable, targetValue } from '../gradients';
import { attributionMap } from '../maps';
import { common, defineMethod } from '../method';
import type { ExplainContext } from '../types';
import { upsampleCells } from '../upsample';

const options = z.object({
  target: common.target,
  explainedClass: z
    .enum(['positive', 'decided'])
    .default('positive')
    .describe('of two classes, the one whose evidence is shown; of more it is always the decided one'),
});

/**
 * GradCAM, E(x) = ReLU(Σ_k α_k A_k), α_k the spatial mean of ∂F/∂A_k over the last convolution features A, up-sampled
 * bilinearly with half-pixel centres. Selvaraju et al., 2017, arXiv 1610.02391, eq. (1), (2).
 * The layer is the card's `classifier.featureLayer`, or the last activation before global pooling.
 */
export const gradCam = defineMethod({
  id: 'gradcam',
  title: 'GradCAM',
  citation: 'Selvaraju et al., Grad-CAM, ICCV 2017, arXiv 1610.02391',
  category: 'gradient',
  oneShot: true,
  needs: { gradients: true },
  map: { ...attributionMap, quantity: 'gradient-weighted-class-activation' },
  options,
  explain(context, batch, given) {
    const [, height, width] = batch.shape;
    const map = tf.tidy(() => {
      const { features, gradient } = featureGradient(context, batch, given);
      const weights = tf.mean(gradient, [1, 2], true);
      const cam = tf.relu(tf.sum(tf.mul(weights, features), 3, true)) as tf.Tensor4D;
      return upsampleCells(cam, height, width);
    });
    return { map };
  },
});

function featureGradient(
  context: ExplainContext,
  batch: tf.Tensor4D,
  { target, explainedClass }: z.infer<typeof options>,
): { features: tf.Tensor4D; gradient: tf.Tensor4D } {
  const cut = cutAtFeatures(context);
  const features = cut.features(batch);
  const logits = (inner: tf.Tensor): tf.Tensor2D => cut.logits(inner as tf.Tensor4D, batch);
  const classes = classesInQuestion(context, batch);
  const turned = explainedClass === 'decided' && !classes;
  const decided = (): tf.Tensor2D => decidingLogits(context, batch, () => logits(features));
  const sign = turned ? decisionSign(context, decided()) : tf.scalar(1);
  const total = (inner: tf.Tensor): tf.Scalar =>
    tf.sum(tf.mul(sign, targetValue(context, logits(inner), target, classes)));
  return { features, gradient: differentiable(context, () => tf.grad(total)(features) as tf.Tensor4D) };
}
