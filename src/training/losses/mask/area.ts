import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { defineMaskTerm } from './term';

/** The mask is small. */
export const area = defineMaskTerm({
  id: 'area',
  logged: { area: 'area of the mask to a power' },
  options: z.object({
    maskArea: option(amount().default(0.5), {
      value: '<weight>',
      help: 'mask: of its mean to the power below',
    }),
    maskAreaPower: option(amount().default(0.3), { value: '<number>', help: 'mask' }),
  }),
  settings: ({ maskArea, maskAreaPower }) => ({ area: maskArea, areaPower: maskAreaPower }),
  open: ({ area: weight, areaPower }) => ({
    loss({ mask }) {
      const value = areaLoss(mask, areaPower);
      return { weighted: tf.mul(value, weight), shown: { area: value } };
    },
  }),
});

/**
 * mean(mask)^power of each mask, so that a small mask has more to gain from getting smaller.
 *
 * @param mask [N, H, W, 1] in [0, 1]
 * @returns scalar
 */
export function areaLoss(mask: tf.Tensor4D, power: number): tf.Scalar {
  return tf.tidy(() => {
    const mean = tf.mean(mask, [1, 2, 3]);
    // A power below 1 has an infinite slope at 0.
    return tf.mean(tf.exp(tf.mul(tf.log(tf.add(mean, 1e-6)), power))) as tf.Scalar;
  });
}
