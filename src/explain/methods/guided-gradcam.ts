import * as tf from '@tensorflow/tfjs';
import { gaussianBlur } from '../../models/blur';
import { cutAtFeatures } from '../features';
import { generatePair } from '../generators';
import { targetOf } from '../gradients';
import { attributionMap, differenceMap } from '../maps';
import { betweenImages, meanDerivative } from '../segment';
import { defineMethod } from '../method';

/** Standard deviation of the blur, of the image's side: 3.5 pixels of 128, 6 of 224, less than half a cell of the last features. */
const blurOfSide = 1 / 37;

/**
 * Guided GradCAM of a pair, E(x) = C ⊙ D: where the classifier's evidence lies *and* the image is changed.
 *
 * C = ReLU(Σ_k α_k A_k(x₊)) is GradCAM (Selvaraju et al., 2017, arXiv 1610.02391, eq. (1), (2)) along the pair: α_k is the spatial mean of
 * ∂F/∂A_k averaged over the images between x_a and x_s, since at a single image F may be flat; x₊ is that of x_s and x_a with the higher F,
 * so that a film that is called negative has a map as well, of what x_a shows. D = |x_s − x_a| blurred (Charachon et al., ICPR 2020, arXiv
 * 2012.07332, eq. (3)) stands where Guided Grad-CAM of the first source, section 3.3, has guided backpropagation.
 *
 * A the last convolution features, or those of the card's `classifier.evidenceLayer`, up-sampled bilinearly with half-pixel centres.
 */
export const guidedGradCam = defineMethod({
  id: 'guided-gradcam',
  title: 'Guided GradCAM',
  citation:
    'this project: Guided Grad-CAM of Selvaraju et al., ICCV 2017, arXiv 1610.02391, section 3.3, with x_s and x_a of Charachon et al., ICPR 2020, arXiv 2012.07332, for its two parts',
  ...betweenImages,
  map: { ...attributionMap, counterfactual: true },
  explain(context, batch, options) {
    const { generator, target, points } = options;
    const [images, height, width] = batch.shape;
    const { similar, adversarial } = generatePair(context, batch, generator);
    const map = tf.tidy(() => {
      const cut = cutAtFeatures(context, context.card.classifier.evidenceLayer);
      const value = targetOf(context, batch, target);
      const both = cut.features(tf.concat([similar, adversarial]));
      const mean = meanDerivative(context, adversarial, similar, points, {
        read: cut.features,
        value: features => value(cut.logits(features)),
      });
      const [kept, changed] = tf.split<tf.Tensor4D>(both, 2);
      const [ofKept, ofChanged] = tf.split(value(cut.logits(both)), 2);
      const higher = tf.greaterEqual(ofKept, ofChanged).reshape([images, 1, 1, 1]);
      const shown = tf.where(tf.broadcastTo(higher, kept.shape), kept, changed);
      const cells = tf.relu(tf.sum(tf.mul(tf.mean(mean, [1, 2], true), shown), 3, true)) as tf.Tensor4D;
      const evidence = tf.image.resizeBilinear(cells, [height, width], false, true);
      const difference = differenceMap(similar, adversarial).expandDims<tf.Tensor4D>(3);
      const change = gaussianBlur(difference, height * blurOfSide);
      return tf.mul(evidence, change).squeeze<tf.Tensor3D>([3]);
    });
    return { map, similar, adversarial };
  },
});
