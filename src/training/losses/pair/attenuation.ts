import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { calledPositive } from '../../frozen-classifier';
import { definePairTerm } from './term';

/**
 * The change is that of a finding that attenuates the beam, as opacities, effusions and nodules do: where one is to go the image may
 * only darken, where one is to come it may only brighten.
 */
export const attenuation = definePairTerm({
  id: 'attenuation',
  logged: { wrong: 'mean change against the direction of a denser finding' },
  options: z.object({
    attenuation: option(amount().default(0), {
      value: '<weight>',
      help: 'of x_a that brightens a positive image or darkens a negative one, for findings that are denser than what they cover',
    }),
  }),
  settings: ({ attenuation: weight }): { attenuation?: number } =>
    weight === 0 ? {} : { attenuation: weight },
  open({ attenuation: weight }, { classifier }) {
    if (weight === undefined) return undefined;
    if (!classifier.isBinary) throw new Error('A direction is known of two classes, or of a label, alone.');
    return {
      // Against x, not x_s: what both images got would cancel, and x_s would learn to hide it.
      loss({ x, adversarial, original }) {
        const isPositive = tf.cast(calledPositive(original), 'float32') as tf.Tensor1D;
        const wrong = changeAgainst(tf.sub(adversarial, x), isPositive);
        return { weighted: tf.mul(wrong, weight), shown: { wrong } };
      },
    };
  },
});

/**
 * Mean amount by which positive images are brightened and negative ones darkened.
 *
 * @param change x_a − x, [N, S, S, 1]
 * @param isPositive [N], 1 where the image is called positive, else 0
 * @returns scalar, mean over pixels, in the images' unit
 */
export function changeAgainst(change: tf.Tensor4D, isPositive: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const direction = tf.reshape(tf.sub(tf.mul(isPositive, 2), 1), [-1, 1, 1, 1]);
    return tf.mean(tf.relu(tf.mul(change, direction))) as tf.Scalar;
  });
}
