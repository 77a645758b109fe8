import * as tf from '@tensorflow/tfjs';
import { generatePair } from '../generators';
import { defineMethod } from '../method';
import { pairFeatures } from '../pair-features';
import { betweenImages } from '../segment';
import { upsampleCells } from '../upsample';

/**
 * Evidence change, E(x) = |Σ_k (A_k(x_s) − A_k(x_a)) ⊙ mean of ∂F/∂A_k at the images between x_a and x_s|, A the last
 * convolution features, or those of the card's `classifier.evidenceLayer`, up-sampled bilinearly with half-pixel centres: where the classifier's evidence changes between the
 * two images of a pair generator. It leaves out what differs between them and the classifier does not read.
 *
 * The pair is that of Charachon et al., ICPR 2020, arXiv 2012.07332, section III; the averaged derivative is that of Sundararajan,
 * Taly, Yan, 2017, arXiv 1703.01365, eq. (1). The signed cells sum to F(x_s) − F(x_a) but for the completeness gap: none where F
 * is linear in A (global average pooling and a linear layer); elsewhere, the features of the images between lie off the straight
 * line from A(x_a) to A(x_s), so more points do not close it. Integrating on that line does; its maps found less (docs/methods.md).
 */
export const evidenceChange = defineMethod({
  id: 'evidence-change',
  title: 'Evidence change',
  citation:
    'this project: path integral of Sundararajan et al., 2017, arXiv 1703.01365, eq. (1), in the last features, between x_a and x_s of Charachon et al., ICPR 2020, arXiv 2012.07332',
  ...betweenImages,
  explain(context, batch, options) {
    const [, height, width] = batch.shape;
    const pair = generatePair(context, batch, options.generator);
    const [signed, completenessGap] = tf.tidy(() => {
      const read = pairFeatures(context, batch, pair, options);
      const change = tf.sub(read.ofSimilar, read.ofAdversarial);
      const cells = tf.sum(tf.mul(change, read.meanDerivative), 3, true) as tf.Tensor4D;
      const ofAnswer = tf.sub(read.similarValue, read.adversarialValue);
      const gap = tf.sub<tf.Tensor1D>(tf.sum(cells, [1, 2, 3]), ofAnswer);
      return [upsampleCells(cells, height, width), gap];
    });
    return { map: tf.abs(signed), signed, ...pair, completenessGap };
  },
});
