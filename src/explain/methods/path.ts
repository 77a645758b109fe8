import * as tf from '@tensorflow/tfjs';
import { generatePair } from '../generators';
import { targetOf } from '../gradients';
import { evaluateModel } from '../../models/graph';
import { channelMean } from '../maps';
import { betweenImages, meanDerivative } from '../segment';
import { defineMethod } from '../method';

/**
 * Path, E(x) = |(x_s − x_a) ⊙ mean of ∂F/∂x along the segment from x_a to x_s|: the difference of the two images of a pair
 * generator, each pixel by what it changes in the answer. Integrated Gradients (Sundararajan, Taly, Yan, 2017, arXiv 1703.01365,
 * eq. (1)) with x_a for the baseline and x_s for the image, the pair of Charachon et al., ICPR 2020, arXiv 2012.07332, section III.
 *
 * The signed values sum over pixels and channels to F(x_s) − F(x_a), but for the completeness gap. Several channels are averaged
 * with their signs.
 */
export const path = defineMethod({
  id: 'path',
  title: 'Path',
  citation:
    'this project: path integral of Sundararajan et al., 2017, arXiv 1703.01365, eq. (1), between x_a and x_s of Charachon et al., ICPR 2020, arXiv 2012.07332',
  ...betweenImages,
  explain(context, batch, options) {
    const { generator, target, points } = options;
    const { similar, adversarial } = generatePair(context, batch, generator);
    const [signed, completenessGap] = tf.tidy(() => {
      const targetValue = targetOf(context, batch, target);
      const value = (x: tf.Tensor4D): tf.Tensor1D => targetValue(evaluateModel(context.classifier, x));
      const mean = meanDerivative(context, adversarial, similar, points, { value });
      const attribution = tf.mul<tf.Tensor4D>(tf.sub(similar, adversarial), mean);
      const change = tf.sub(value(similar), value(adversarial));
      const gap = tf.sub<tf.Tensor1D>(tf.sum(attribution, [1, 2, 3]), change);
      return [channelMean(attribution), gap] as [tf.Tensor3D, tf.Tensor1D];
    }) as [tf.Tensor3D, tf.Tensor1D];
    return { map: tf.abs(signed), signed, similar, adversarial, completenessGap };
  },
});
