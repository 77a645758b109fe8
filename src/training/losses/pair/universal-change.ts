import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { calledPositive } from '../../frozen-classifier';
import { definePairTerm } from './term';

/**
 * Each film's change is its own: the classifier can be turned by one and the same opacity in whatever film, and a generator that paints
 * it explains none of them. Compared is where the classifier's evidence changes, not where pixels do: those can differ from film to
 * film where the classifier does not look. The idea is this project's.
 */
export const universalChange = definePairTerm({
  id: 'universal-change',
  logged: { alike: 'correlation of the change of evidence of two films of one decision, no less than 0' },
  options: z.object({
    universalChange: option(amount().default(0), {
      value: '<weight>',
      help: 'of evidence that changes where that of other films of the same decision does; micro-batches of 8 and more',
    }),
  }),
  settings: ({ universalChange: weight }): { universalChange?: number } =>
    weight === 0 ? {} : { universalChange: weight },
  open({ universalChange: weight }, { classifier }) {
    if (weight === undefined) return undefined;
    if (!classifier.isBinary) throw new Error('Films of one decision are compared for two classes so far.');
    return {
      loss({ x, similar, adversarial, original, meant, mirrored }) {
        const isPositive = tf.cast(calledPositive(original), 'float32') as tf.Tensor1D;
        const change = classifier.evidenceChange(similar ?? x, adversarial, meant);
        const alike = correlationOfChanges(mirroredBack(change, mirrored), isPositive);
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
 * Mean correlation (Pearson) of the sizes of the changes over all pairs of images of the same decision; what is below 0 counts as 0,
 * for changes need not avoid one another. 0 where no decision has two images.
 *
 * @param change of each image, by place, [N, h, w]
 * @param isPositive [N], 1 where the image is called positive, else 0
 * @returns scalar, 0 to 1
 */
export function correlationOfChanges(change: tf.Tensor3D, isPositive: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const sizes = tf.reshape(tf.abs(change), [change.shape[0], -1]);
    const deviations = tf.sub(sizes, tf.mean(sizes, 1, true));
    const norms = tf.sqrt(tf.add(tf.sum(tf.square(deviations), 1, true), least));
    const standardised = tf.div(deviations, norms);
    const correlations = tf.relu(tf.matMul(standardised, standardised, false, true));
    const pairs = pairsOfOneDecision(isPositive);
    return tf.div(tf.sum(tf.mul(correlations, pairs)), tf.maximum(tf.sum(pairs), 1)) as tf.Scalar;
  });
}

/** 1 where two different images have the same decision, [N, N]. */
function pairsOfOneDecision(isPositive: tf.Tensor1D): tf.Tensor2D {
  const [count] = isPositive.shape;
  const ours = tf.reshape(isPositive, [count, 1]);
  const same = tf.cast(tf.equal(ours, tf.transpose(ours)), 'float32');
  return tf.sub(same, tf.eye(count)) as tf.Tensor2D;
}
