import * as tf from '@tensorflow/tfjs';
import { totalVariation, totalVariationOptions } from '../total-variation';
import { definePairTerm } from './term';

/** L_reg: the change is smooth. */
export const totalVariationOfChange = definePairTerm({
  id: 'total-variation',
  logged: { tv: 'total variation of x_s − x_a, eq. (9)' },
  options: totalVariationOptions,
  settings: ({ totalVariation: weight }) => ({ totalVariation: weight }),
  open: ({ totalVariation: weight }) => ({
    loss({ x, similar, adversarial }) {
      const tv = totalVariation(tf.sub(similar ?? x, adversarial));
      return { weighted: tf.mul(tv, weight), shown: { tv } };
    },
  }),
});
