import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { negativeEvidence } from '../negative-evidence';
import { pairsOf, standardised } from '../places';
import { definePairTerm } from './term';

/**
 * Each negative film's change is its own: the classifier can be turned by one and the same opacity in whatever film, and a generator that
 * paints it explains none of them. A positive film has its finding, which says where; those of two films may well lie alike. Compared is where the classifier's evidence changes, not where pixels do: those can differ from film to
 * film where the classifier does not look. The idea is this project's.
 */
export const universalChange = definePairTerm({
  id: 'universal-change',
  logged: { alike: 'correlation of the change of evidence of two negative films, no less than 0' },
  options: z.object({
    universalChange: option(amount().default(0), {
      value: '<weight>',
      help: 'of evidence that comes where it comes in other films that are called negative; micro-batches of 8 and more',
    }),
  }),
  settings: ({ universalChange: weight }): { universalChange?: number } =>
    weight === 0 ? {} : { universalChange: weight },
  open({ universalChange: weight }, { classifier }) {
    if (weight === undefined) return undefined;
    const evidenceOf = negativeEvidence(classifier);
    return {
      loss(seen) {
        const { change, isNegative } = evidenceOf(seen);
        const alike = correlationOfPairs(standardised(tf.abs(change)), isNegative);
        return { weighted: tf.mul(alike, weight), shown: { alike } };
      },
    };
  },
});

/**
 * Mean correlation (Pearson) of all pairs of the images that count; what is below 0 counts as 0, for changes need not avoid one
 * another. 0 where there are no two images.
 *
 * @param maps `standardised`, [N, places]
 * @param counts [N], boolean
 * @returns scalar, 0 to 1
 */
export function correlationOfPairs(maps: tf.Tensor2D, counts: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const correlations = tf.relu(tf.matMul(maps, maps, false, true));
    const pairs = pairsOf(counts);
    return tf.div(tf.sum(tf.mul(correlations, pairs)), tf.maximum(tf.sum(pairs), 1)) as tf.Scalar;
  });
}
