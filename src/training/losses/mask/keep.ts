import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { logSigmoid } from '../log-sigmoid';
import { defineMaskTerm } from './term';

/** The class stays where the mask keeps the image. */
export const keep = defineMaskTerm({
  id: 'keep',
  logged: { keep: '−log p(image inside the mask)' },
  options: z.object({
    maskKeep: option(amount().default(1), {
      value: '<weight>',
      help: 'mask: of −log p(image inside the mask)',
    }),
  }),
  settings: ({ maskKeep }) => ({ keep: maskKeep }),
  open: ({ keep: weight }) => ({
    loss({ kept }) {
      const value = keepLoss(kept);
      return { weighted: tf.mul(value, weight), shown: { keep: value } };
    },
  }),
});

/** Mean of −log p (arXiv 1705.07857, eq. 3). @param kept [N] logits of the decided class @returns scalar */
export function keepLoss(kept: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => tf.mean(tf.neg(logSigmoid(kept))) as tf.Scalar);
}
