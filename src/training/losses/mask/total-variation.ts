import * as tf from '@tensorflow/tfjs';
import { totalVariation, totalVariationOptions } from '../total-variation';
import { defineMaskTerm } from './term';

/** The mask is smooth. */
export const totalVariationOfMask = defineMaskTerm({
  id: 'total-variation',
  logged: { tv: 'total variation of the mask' },
  options: totalVariationOptions,
  settings: ({ totalVariation: weight }) => ({ totalVariation: weight }),
  open: ({ totalVariation: weight }) => ({
    loss({ mask }) {
      const tv = totalVariation(mask);
      return { weighted: tf.mul(tv, weight), shown: { tv } };
    },
  }),
});
