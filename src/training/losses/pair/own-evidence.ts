import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { detach } from '../../detach';
import { negativeEvidence } from '../negative-evidence';
import { pairsOf, standardised } from '../places';
import { definePairTerm } from './term';

/**
 * In a film that is called negative the finding comes where the classifier saw more of it than in other such films: where the least is
 * lacking, not where any film can be turned. The idea is this project's.
 */
export const ownEvidence = definePairTerm({
  id: 'own-evidence',
  logged: {
    own: '1 − correlation of the evidence that comes in negative films with what each has more than others',
  },
  options: z.object({
    ownEvidence: option(amount().default(0), {
      value: '<weight>',
      help: 'of evidence that comes elsewhere than where a film called negative has more of it than others; micro-batches of 8 and more',
    }),
  }),
  settings: ({ ownEvidence: weight }): { ownEvidence?: number } =>
    weight === 0 ? {} : { ownEvidence: weight },
  open({ ownEvidence: weight }, { classifier }) {
    if (weight === undefined) return undefined;
    const evidenceOf = negativeEvidence(classifier);
    return {
      loss(seen) {
        const { before, change, isNegative } = evidenceOf(seen);
        const own = elsewhere(before, change, isNegative);
        return { weighted: tf.mul(own, weight), shown: { own } };
      },
    };
  },
});

/**
 * 1 − correlation (Pearson) of what comes with what each image has more than the others, mean over the images that count: 0 where it
 * comes just there, up to 2. 0 where there are no two images.
 *
 * @param before evidence that is there, by place, [N, h, w]; no gradient flows into it
 * @param change evidence that comes, [N, h, w]
 * @param counts [N], boolean
 * @returns scalar, 0 to 2
 */
export function elsewhere(before: tf.Tensor3D, change: tf.Tensor3D, counts: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const [count, rows, columns] = before.shape;
    const pairs = pairsOf(counts);
    const others = tf.sum(pairs, 1, true);
    const maps = standardised(before);
    const meanOfOthers = tf.div(tf.matMul(pairs, maps), tf.maximum(others, 1));
    const more = standardised(tf.reshape(tf.sub(maps, meanOfOthers), [count, rows, columns]));
    const correlations = tf.sum(
      tf.mul(
        standardised(change),
        detach(() => more),
      ),
      1,
      true,
    );
    const compared = tf.cast(tf.greater(others, 0), 'float32');
    const sum = tf.sum(tf.mul(tf.sub(1, correlations), compared));
    return tf.div(sum, tf.maximum(tf.sum(compared), 1)) as tf.Scalar;
  });
}
