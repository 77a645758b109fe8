import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { definePairTerm } from './term';

/** L_gen: the weights that make x_s and x_a stay close. */
export const weightDistance = definePairTerm({
  id: 'weight-distance',
  logged: { w: 'generator distance, eq. (8)' },
  options: z.object({
    weightDistance: option(amount().default(0.002), { value: '<weight>', help: 'λ_w of eq. (8)' }),
  }),
  settings: ({ weightDistance: weight }) => ({ weightDistance: weight }),
  open: ({ weightDistance: weight }, { generator }) => ({
    loss() {
      const w = squaredDistance(
        generator.pairs.map(([a, b]) => [a.read(), b.read()] as [tf.Tensor, tf.Tensor]),
      );
      return { weighted: tf.mul(w, weight), shown: { w } };
    },
  }),
});

/**
 * Generator distance W, paper eq. (8): the sum of squared differences of paired weights.
 *
 * @param pairs weights of the similar and of the adversarial branch
 * @returns scalar
 */
export function squaredDistance(pairs: readonly (readonly [tf.Tensor, tf.Tensor])[]): tf.Scalar {
  return tf.tidy(() => {
    const terms = pairs.map(([a, b]) => tf.sum(tf.square(tf.sub(a, b))));
    return (terms.length > 0 ? tf.addN(terms) : tf.scalar(0)) as tf.Scalar;
  });
}
