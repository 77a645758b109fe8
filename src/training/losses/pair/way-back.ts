import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { definePairTerm } from './term';

/** x_a of x_a shall be x again: what was changed can be changed back. */
export const wayBack = definePairTerm({
  id: 'way-back',
  logged: { cycle: 'way back, mean of |g_a(x_a) − x|' },
  options: z.object({
    cycle: option(amount().default(0), { value: '<weight>', help: 'of the way back: x_a of x_a is x' }),
  }),
  settings: ({ cycle }): { cycle?: number } => (cycle > 0 ? { cycle } : {}),
  open({ cycle: weight }, { generate }) {
    if (!weight) return undefined;
    return {
      loss({ x, adversarial, original, meant }) {
        // x_a counts as what it is to show, whether it has got there or not.
        const isPositive = (): tf.Tensor1D => tf.lessEqual(tf.gather(original, 1, 1), 0) as tf.Tensor1D;
        const back = generate(adversarial, isPositive, meant).adversarial;
        const cycle = tf.mean(tf.abs(tf.sub(back, x))) as tf.Scalar;
        return { weighted: tf.mul(cycle, weight), shown: { cycle } };
      },
    };
  },
});
