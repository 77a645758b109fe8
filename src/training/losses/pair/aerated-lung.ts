import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { definePairTerm } from './term';

/** Where a finding is taken away lung comes to light, which is no darker than the lung that the film shows elsewhere. */
export const aeratedLung = definePairTerm({
  id: 'aerated-lung',
  logged: { dark: 'mean amount by which generated images are darker than the clearest lung of theirs' },
  options: z.object({
    aeratedLung: option(amount().default(0), {
      value: '<weight>',
      help: 'of x_a that is darker than the clearest lung of its image, for frontal chest films',
    }),
  }),
  settings: ({ aeratedLung: weight }): { aeratedLung?: number } =>
    weight === 0 ? {} : { aeratedLung: weight },
  open({ aeratedLung: weight }) {
    if (weight === undefined) return undefined;
    return {
      loss({ x, adversarial }) {
        const dark = darkerThanLung(x, adversarial);
        return { weighted: tf.mul(dark, weight), shown: { dark } };
      },
    };
  },
});

/** Cells along a side (more where it is no multiple), each a mean: noise, ribs, letters and lines do not count. */
const cellsAlong = 28;
/** The part of the image, from its top left corner, in which lungs lie on a frontal film, and not the air beside the body. */
const middle = { top: 0.2, bottom: 0.75, left: 0.15, right: 0.85 };
/** Of the middle, the share that is darker than what counts as clear lung. */
const clearest = 0.1;

/**
 * Mean amount by which cells of a generated image are darker than the clearest lung of the film: than the tenth percentile of the
 * cells in its middle, or, where the film is darker there itself, than the film.
 *
 * @param film x, [N, S, S, 1], S at least 28
 * @param generated [N, S, S, 1]
 * @returns scalar, mean over cells, in the images' unit
 */
export function darkerThanLung(film: tf.Tensor4D, generated: tf.Tensor4D): tf.Scalar {
  return tf.tidy(() => {
    const ours = cells(film);
    const least = tf.minimum(ours, clearLung(ours));
    return tf.mean(tf.relu(tf.sub(least, cells(generated)))) as tf.Scalar;
  });
}

function cells(image: tf.Tensor4D): tf.Tensor4D {
  const pool = Math.floor(image.shape[1] / cellsAlong);
  return tf.avgPool(image, pool, pool, 'valid');
}

/** Tenth percentile of the cells in the middle, [N, 1, 1, 1]. */
function clearLung(ours: tf.Tensor4D): tf.Tensor4D {
  const [count, rows, columns] = ours.shape;
  const [top, bottom] = [Math.round(middle.top * rows), Math.round(middle.bottom * rows)];
  const [left, right] = [Math.round(middle.left * columns), Math.round(middle.right * columns)];
  const inside = tf.slice(ours, [0, top, left, 0], [count, bottom - top, right - left, 1]);
  const kept = Math.round(clearest * (bottom - top) * (right - left));
  const { values } = tf.topk(tf.neg(tf.reshape(inside, [count, -1])), kept);
  return tf.reshape(tf.neg(tf.slice(values, [0, kept - 1], [count, 1])), [count, 1, 1, 1]);
}
