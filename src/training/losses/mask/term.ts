import type * as tf from '@tensorflow/tfjs';
import type { OptionsSchema } from '../../../io/options';
import type { LossTerm } from '../term';

/** What the terms of a mask generator's loss look at. */
export interface SeenMask {
  /** [N, H, W, 1] in [0, 1]. */
  mask: tf.Tensor4D;
  /** By how much the decided class leads on the image inside the mask; of two classes its logit. [N]. */
  kept: tf.Tensor1D;
  /** The same on the image outside the mask. */
  destroyed: tf.Tensor1D;
}

/** Declares a term of the loss of a Mask Generator (Dabkowski & Gal 2017, arXiv 1705.07857). */
export function defineMaskTerm<Options extends OptionsSchema, Settings extends object>(
  term: LossTerm<SeenMask, undefined, Options, Settings>,
): LossTerm<SeenMask, undefined, Options, Settings> {
  return term;
}
