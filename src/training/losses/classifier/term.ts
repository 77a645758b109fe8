import type * as tf from '@tensorflow/tfjs';
import type { OptionsSchema } from '../../../io/options';
import type { Batch } from '../../batch';
import type { LossTerm } from '../term';

/** What the terms of a classifier's loss look at. */
export interface SeenClassified extends Pick<Batch, 'labels' | 'truth' | 'truthKnown'> {
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
