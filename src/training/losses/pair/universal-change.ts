import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { calledPositive } from '../../frozen-classifier';
import { definePairTerm } from './term';

/**
 * Each negative film's change is its own: the classifier can be turned by one and the same opacity in whatever film, and a generator that
 * paints it explains none of them. A positive film has its finding, which says where; those of two films may well lie alike. Compared is where the classifier's evidence changes, not where pixels do: those can differ from film to
 * film where the classifier does not look. The idea is this project's.
 */
export const universalChange = definePairTerm({
  id: 'universal-change',
  logged: { alike: 'correlation of the change of evidence of two negative films, no less than 0' },
  options: z.object({
    universalChange: option(amount().default(0), {
      value: '<weight>',
      help: 'of evidence that comes where it comes in other films that are called negative; micro-batches of 8 and more',
    }),
  }),
  settings: ({ universalChange: weight }): { universalChange?: number } =>
    weight === 0 ? {} : { universalChange: weight },
  open({ universalChange: weight }, { classifier }) {
    if (weight === undefined) return undefined;
    if (!classifier.isBinary)
      throw new Error('Negative films are told of two classes, or of a label, alone.');
    return {
      loss({ x, similar, adversarial, original, meant, mirrored }) {
        const isNegative = tf.logicalNot(calledPositive(original)) as tf.Tensor1D;
        const change = classifier.evidenceChange(similar ?? x, adversarial, meant);
        const alike = correlationOfChanges(mirroredBack(change, mirrored), isNegative);
        return { weighted: tf.mul(alike, weight), shown: { alike } };
      },
    };
  },
});

/** Mirrored films would look different though the same side of each is changed. @param change [N, h, w] */
function mirroredBack(change: tf.Tensor3D, mirrored: readonly boolean[]): tf.Tensor3D {
  const mask = tf.tensor3d(mirrored.map(Number), [mirrored.length, 1, 1]);
  return tf.add(tf.mul(tf.reverse(change, 2), mask), tf.mul(change, tf.sub(1, mask)));
}

/** Of the squared deviations, so that a change of nothing has a correlation of 0 and a gradient that is finite. */
const least = 1e-10;

/**
 * Mean correlation (Pearson) of the sizes of the changes over all pairs of the images that count; what is below 0 counts as 0, for
 * changes need not avoid one another. 0 where there are no two images.
 *
 * @param change of each image, by place, [N, h, w]
 * @param counts [N], boolean
 * @returns scalar, 0 to 1
 */
export function correlationOfChanges(change: tf.Tensor3D, counts: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const [count] = change.shape;
    const sizes = tf.reshape(tf.abs(change), [count, -1]);
    const deviations = tf.sub(sizes, tf.mean(sizes, 1, true));
    const norms = tf.sqrt(tf.add(tf.sum(tf.square(deviations), 1, true), least));
    const standardised = tf.div(deviations, norms);
    const correlations = tf.relu(tf.matMul(standardised, standardised, false, true));
    const ones = tf.reshape(tf.cast(counts, 'float32'), [count, 1]);
    const pairs = tf.mul(tf.matMul(ones, ones, false, true), tf.sub(1, tf.eye(count)));
    return tf.div(tf.sum(tf.mul(correlations, pairs)), tf.maximum(tf.sum(pairs), 1)) as tf.Scalar;
  });
}
