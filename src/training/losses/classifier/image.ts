import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { decimals, option, share } from '../../../io/options';
import { binaryCrossEntropy } from '../binary-cross-entropy';
import { defineClassifierTerm } from './term';

const weightOfEachClass = decimals()
  .refine(
    values => values.length === 2 && values.every(value => value >= 0),
    'It must be two numbers, 0 or more, e.g. 1,2.',
  )
  .transform(([negative, positive]): [number, number] => [negative, positive]);

/** The answer is the image's label. */
export const image = defineClassifierTerm({
  id: 'image',
  logged: { image: 'cross-entropy of the image labels, smoothed' },
  options: z.object({
    labelSmoothing: option(share().default(0.05), {
      value: '<number>',
      help: 'image targets are this and 1 minus this',
    }),
    classWeights: option(weightOfEachClass.default([1, 1]), {
      value: '<negative,positive>',
      help: 'factors of the image loss of each class',
    }),
  }),
  settings: ({ labelSmoothing, classWeights }) => ({ labelSmoothing, classWeights }),
  open: ({ labelSmoothing, classWeights }) => ({
    loss({ logits, labels }) {
      const value =
        logits.shape[1] === labels[0].length
          ? eachFinding(logits, labels, labelSmoothing, classWeights)
          : oneClass(logits, labels, labelSmoothing);
      return { weighted: value, shown: { image: value } };
    },
  }),
});

/** Findings that do not exclude each other, each by a sigmoid; two classes are one finding. */
function eachFinding(
  logits: tf.Tensor,
  labels: readonly (readonly number[])[],
  smoothing: number,
  classWeights: readonly [number, number],
): tf.Scalar {
  const table = (valueOf: (label: number) => number): tf.Tensor =>
    tf.tensor2d(labels.flat().map(valueOf), [labels.length, labels[0].length]);
  const targets = table(label => (label ? 1 - smoothing : smoothing));
  const weights = table(label => classWeights[label]);
  return tf.mean(tf.mul(binaryCrossEntropy(logits, targets), weights)) as tf.Scalar;
}

/** One of several classes, by a softmax: the target of the right one is 1 − smoothing, the others share the rest. */
function oneClass(logits: tf.Tensor, labels: readonly (readonly number[])[], smoothing: number): tf.Scalar {
  const classes = logits.shape[1]!;
  const right = tf.oneHot(
    labels.map(([label]) => label),
    classes,
  );
  const others = smoothing / (classes - 1);
  const targets = tf.add(tf.mul(right, 1 - smoothing - others), others);
  return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits as tf.Tensor2D)), 1))) as tf.Scalar;
}
