import type * as tf from '@tensorflow/tfjs';
import type { OptionsSchema } from '../../../io/options';
import type { LossTerm } from '../term';

/** What the terms of a classifier's loss look at. */
export interface SeenClassified {
  /** [N][K]: whether each image has each finding, 0 or 1; of classes that exclude each other, [N][1], the index. */
  labels: readonly (readonly number[])[];
  /** Where the findings are, [N, S, S, K] in [0, 1]; 0 where that is not known. */
  truth: tf.Tensor4D;
  /** [N][K]: whether it is. */
  truthKnown: readonly (readonly boolean[])[];
  /** Of the image, [N, 1] or one for each finding or class. */
  logits: tf.Tensor;
  /** Of each cell of the last features and each finding, [N, H, W, K]. */
  cells: tf.Tensor4D;
}

/** Declares a term of a classifier's loss. */
export function defineClassifierTerm<Options extends OptionsSchema, Settings extends object>(
  term: LossTerm<SeenClassified, undefined, Options, Settings, void>,
): LossTerm<SeenClassified, undefined, Options, Settings, void> {
  return term;
}
