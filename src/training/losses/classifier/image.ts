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
      const column = (values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);
      const targets = column(labels.map(label => (label ? 1 - labelSmoothing : labelSmoothing)));
      const weights = column(labels.map(label => classWeights[label]));
      const value = tf.mean(tf.mul(binaryCrossEntropy(logits, targets), weights)) as tf.Scalar;
      return { weighted: value, shown: { image: value } };
    },
  }),
});
