import type * as tf from '@tensorflow/tfjs';
import type { OptionsSchema } from '../../../io/options';
import type { GeneratorNetwork } from '../../../models/networks/generator';
import type { FrozenClassifier } from '../../frozen-classifier';
import type { LossTerm } from '../term';

/** Images that a generator made; x_s is absent of the naive one. All [N, S, S, 1]. */
export interface Generated {
  similar?: tf.Tensor4D;
  adversarial: tf.Tensor4D;
}

/** What the terms of an image generator's loss look at. */
export interface SeenPair extends Generated {
  /** [N, S, S, 1]. */
  x: tf.Tensor4D;
  /** View of each image. */
  views: readonly string[];
  /** Whether augmentation has mirrored each image. */
  mirrored: readonly boolean[];
  /** What the classifier answers to x, [N, K]; of two classes 0 and the positive one's logit. No gradient flows into it. */
  original: tf.Tensor2D;
  /** Of independent labels: what it answers for all of them, [N, K] (`FrozenClassifier.labelLogits`). */
  originalLabels?: tf.Tensor2D;
  /** Of independent labels: which one is meant of each image, [N, K], 1 at that label. */
  meant?: tf.Tensor2D;
  /** 0-based. */
  step: number;
}

/** What a training of an image generator has. */
export interface PairParts {
  generator: GeneratorNetwork;
  classifier: FrozenClassifier;
  /**
   * The generator in training mode; differentiable.
   *
   * @param isPositive how each image counts, [N] boolean, for kinds that make x_a by the decision
   * @param meant of independent labels, which one is meant of each image, [N, K]
   */
  generate(images: tf.Tensor4D, isPositive: () => tf.Tensor1D, meant?: tf.Tensor2D): Generated;
  /** Side of the images, pixels. */
  size: number;
  /** Of initial weights. */
  seed: number;
  /** Steps of the whole training. */
  steps: number;
}

/** Declares a term of an image generator's loss, paper eq. (5). */
export function definePairTerm<Options extends OptionsSchema, Settings extends object>(
  term: LossTerm<SeenPair, PairParts, Options, Settings>,
): LossTerm<SeenPair, PairParts, Options, Settings> {
  return term;
}
