import * as tf from '@tensorflow/tfjs';
import { gaussianBlur } from '../../models/blur';
import { generatePair } from '../generators';
import { attributionMap, differenceMap } from '../maps';
import { defineMethod } from '../method';
import { pairFeatures } from '../pair-features';
import { betweenImages } from '../segment';
import { upsampleCells } from '../upsample';

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
  map: { ...attributionMap, shows: 'evidence-and-difference' },
  explain(context, batch, options) {
    const [images, height, width] = batch.shape;
    const pair = generatePair(context, batch, options.generator);
    const map = tf.tidy(() => {
      const read = pairFeatures(context, batch, pair, options);
      const isHigher = tf.greaterEqual(read.similarValue, read.adversarialValue).reshape([images, 1, 1, 1]);
      const shown = tf.where(
        tf.broadcastTo(isHigher, read.ofSimilar.shape),
        read.ofSimilar,
        read.ofAdversarial,
      );
      const weights = tf.mean(read.meanDerivative, [1, 2], true);
      const cells = tf.relu(tf.sum(tf.mul(weights, shown), 3, true)) as tf.Tensor4D;
      const difference = differenceMap(pair.similar, pair.adversarial).expandDims<tf.Tensor4D>(3);
      const change = gaussianBlur(difference, height * blurOfSide).squeeze<tf.Tensor3D>([3]);
      return tf.mul<tf.Tensor3D>(upsampleCells(cells, height, width), change);
    });
    return { map, ...pair };
  },
});
