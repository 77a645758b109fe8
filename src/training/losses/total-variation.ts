import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../io/options';

/** Of the change that an image generator makes, or of a generated mask. */
export const totalVariationOptions = z.object({
  totalVariation: option(amount().default(0.5), {
    value: '<weight>',
    help: 'λ_tv of eq. (9); mask: total variation of the mask',
  }),
});

/**
 * Total variation, paper eq. (9): mean absolute difference of vertical neighbours plus that of horizontal ones.
 *
 * @param image [N, H, W, C], in the paper x_s − x_a
 * @returns scalar
 */
export function totalVariation(image: tf.Tensor4D): tf.Scalar {
  return tf.tidy(() => {
    const [n, h, w, c] = image.shape;
    const down = tf.sub(
      tf.slice(image, [0, 1, 0, 0], [n, h - 1, w, c]),
      tf.slice(image, [0, 0, 0, 0], [n, h - 1, w, c]),
    );
    const right = tf.sub(
      tf.slice(image, [0, 0, 1, 0], [n, h, w - 1, c]),
      tf.slice(image, [0, 0, 0, 0], [n, h, w - 1, c]),
    );
    return tf.add(tf.mean(tf.abs(down)), tf.mean(tf.abs(right))) as tf.Scalar;
  });
}
