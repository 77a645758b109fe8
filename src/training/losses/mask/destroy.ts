import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { logSigmoid } from '../log-sigmoid';
import { defineMaskTerm } from './term';

/** The class goes where the mask takes the image away. */
export const destroy = defineMaskTerm({
  id: 'destroy',
  logged: { destroy: 'p(image outside the mask) to a power' },
  options: z.object({
    maskDestroy: option(amount().default(1), {
      value: '<weight>',
      help: 'mask: of p(image outside the mask) to the power below',
    }),
    maskDestroyPower: option(amount().default(0.3), { value: '<number>', help: 'mask' }),
  }),
  settings: ({ maskDestroy, maskDestroyPower }) => ({ destroy: maskDestroy, destroyPower: maskDestroyPower }),
  open: ({ destroy: weight, destroyPower }) => ({
    loss({ destroyed }) {
      const value = destroyLoss(destroyed, destroyPower);
      return { weighted: tf.mul(value, weight), shown: { destroy: value } };
    },
  }),
});

/** Mean of p^power (arXiv 1705.07857, eq. 4). @param destroyed [N] logits of the decided class @returns scalar */
export function destroyLoss(destroyed: tf.Tensor1D, power: number): tf.Scalar {
  return tf.tidy(() => tf.mean(tf.exp(tf.mul(logSigmoid(destroyed), power))) as tf.Scalar);
}
