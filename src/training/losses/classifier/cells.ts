import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, decimal, option } from '../../../io/options';
import { binaryCrossEntropy } from '../binary-cross-entropy';
import { defineClassifierTerm, type SeenClassified } from './term';

/** Each cell of the last features says how much of it a boxed opacity covers. */
export const cells = defineClassifierTerm({
  id: 'cells',
  logged: { cells: 'cross-entropy of the cells that boxes cover' },
  options: z.object({
    cellWeight: option(amount().default(1), {
      value: '<number>',
      help: 'weight of the cell loss on boxed opacities; 0 for labels alone',
    }),
    positiveCellWeight: option(amount().default(3), {
      value: '<number>',
      help: 'weight of covered cells against empty ones',
    }),
    coveredShare: option(
      decimal(value => value > 0 && value <= 1, 'It must be above 0, at most 1.').default(1),
      {
        value: '<number>',
        help: 'share of a cell that counts as all of it, so that findings smaller than a cell are learnt',
      },
    ),
  }),
  settings: ({
    cellWeight,
    positiveCellWeight,
    coveredShare,
  }): { cellWeight: number; positiveCellWeight: number; coveredShare?: number } => ({
    cellWeight,
    positiveCellWeight,
    ...(coveredShare < 1 && { coveredShare }),
  }),
  open: ({ cellWeight, positiveCellWeight, coveredShare = 1 }) => ({
    loss(seen) {
      const value = cellLoss(seen, positiveCellWeight, coveredShare);
      return { weighted: tf.mul(value, cellWeight), shown: { cells: value } };
    },
  }),
});

/** Mean cell cross-entropy over the images whose opacities are boxed, covered cells weighted up. */
function cellLoss(
  { cells, truth, truthKnown }: Pick<SeenClassified, 'cells' | 'truth' | 'truthKnown'>,
  positiveCellWeight: number,
  coveredShare: number,
): tf.Scalar {
  const known = truthKnown.flat().filter(Boolean).length;
  if (known === 0) return tf.mul(tf.sum(cells), 0) as tf.Scalar;
  const side = truth.shape[1] / cells.shape[1];
  const coverage = tf.minimum(tf.div(tf.avgPool(truth, side, side, 'valid'), coveredShare), 1);
  const weight = tf.add(1, tf.mul(coverage, positiveCellWeight - 1));
  const mask = tf.tensor4d(truthKnown.flat().map(Number), [truthKnown.length, 1, 1, truthKnown[0].length]);
  const each = tf.mul(tf.mul(binaryCrossEntropy(cells, coverage), weight), mask);
  return tf.div(tf.sum(each), known * cells.shape[1] * cells.shape[2]) as tf.Scalar;
}
