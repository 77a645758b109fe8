import * as tf from '@tensorflow/tfjs';
import { cutAtFeatures } from '../features';
import { generatePair } from '../generators';
import { targetOf } from '../gradients';
import { betweenImages, meanDerivative } from '../segment';
import { defineMethod } from '../method';

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
    const { generator, target, points } = options;
    const [images, height, width] = batch.shape;
    const { similar, adversarial } = generatePair(context, batch, generator);
    const [signed, completenessGap] = tf.tidy(() => {
      const cut = cutAtFeatures(context, context.card.classifier.evidenceLayer);
      const value = targetOf(context, batch, target);
      const both = cut.features(tf.concat([similar, adversarial]));
      const [kept, changed] = tf.split<tf.Tensor4D>(both, 2);
      const mean = meanDerivative(context, adversarial, similar, points, {
        read: cut.features,
        value: features => value(cut.logits(features)),
      });
      const cells = tf.sum(tf.mul(tf.sub(kept, changed), mean), 3, true) as tf.Tensor4D;
      const [before, after] = tf.split(value(cut.logits(both)), 2);
      const gap = tf.sub<tf.Tensor1D>(tf.sum(cells, [1, 2, 3]), tf.sub(before, after));
      const fine = tf.image.resizeBilinear(cells, [height, width], false, true);
      return [fine.reshape<tf.Tensor3D>([images, height, width]), gap];
    });
    return { map: tf.abs(signed), signed, similar, adversarial, completenessGap };
  },
});
