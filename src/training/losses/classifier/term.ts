import type * as tf from '@tensorflow/tfjs';
import type { OptionsSchema } from '../../../io/options';
import type { LossTerm } from '../term';

/** What the terms of a classifier's loss look at. */
export interface SeenClassified {
  /** Of each image, 0 or 1. */
  labels: readonly number[];
  /** Where its opacities are, [N, S, S, 1] in [0, 1]; 0 where that is not known. */
  truth: tf.Tensor4D;
  /** Whether it is, of each image. */
  truthKnown: readonly boolean[];
  /** Of the image, [N, 1]. */
  logits: tf.Tensor;
  /** Of each cell of the last features, [N, H, W, 1]. */
  cells: tf.Tensor4D;
}

/** Declares a term of a classifier's loss. */
export function defineClassifierTerm<Options extends OptionsSchema, Settings extends object>(
  term: LossTerm<SeenClassified, undefined, Options, Settings, void>,
): LossTerm<SeenClassified, undefined, Options, Settings, void> {
  return term;
}
