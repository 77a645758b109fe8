import type * as tf from '@tensorflow/tfjs';
import type * as z from 'zod';
import type { GeneratorKind, ModelCard } from '../models/card';
import type { OutlierDetector, Whole } from '../models/package';
import type { MapKind } from '../models/verdict';

/** What several methods need of one image, made once (shared-work.ts). */
export interface SharedWork {
  /**
   * Tensors that are made of a batch: once, where it is the image itself or its copies; anew, where it is any other.
   *
   * @param what names all that they depend on beside the batch and the networks
   * @returns tensors of the caller
   */
  of(batch: tf.Tensor4D, what: string, make: () => tf.Tensor[]): tf.Tensor[];
  /**
   * Copies of the image, such as its transforms, of which `of` may then be asked as well.
   *
   * @returns to be used in the surrounding tf.tidy, not to be disposed
   */
  copies(batch: tf.Tensor4D, what: string, make: () => tf.Tensor4D): tf.Tensor4D;
}

/** What a method may use: the networks of one loaded model package. */
export interface ExplainContext {
  /** Of independent labels: as explained for one of them (`labelCard`). */
  card: ModelCard;
  /** Of independent labels: what answers for all of them. */
  whole?: Whole;
  /** [N, S, S, C] → logit [N, 1], or logits [N, K] of K > 2 classes; batch norms folded or in inference mode. */
  classifier: tf.LayersModel;
  /** By id in the card: [N, S, S, C] → [x_s, x_a] (naive: [x_a]; mask: a mask of [N, S, S, 1]). */
  generators: Record<string, tf.LayersModel>;
  /** Tells images of another kind, where the card has a fit. */
  outliers?: OutlierDetector;
  /** What has been made of the image at hand; absent: all is made whenever it is asked for. */
  shared?: SharedWork;
  /**
   * Logits of the film that the images of a batch are transformed copies of, as the classifier gives them: what is decided of the
   * film holds for its copies. Absent: each image is a film of its own.
   */
  filmLogits?(): tf.Tensor2D;
}

/** Options of a method by their names, as its schema (`ExplanationMethod.options`) has them. */
export type MethodOptions = Readonly<Record<string, unknown>>;

/** What gradient methods derive. */
export type Target = 'logit' | 'score';

/** Result of one method for one batch. All tensors belong to the caller: see `disposeExplanation`. */
export interface Explanation {
  /** [N, H, W] float32, ≥ 0, at the model's input size: the larger, the more the pixel counts. */
  map: tf.Tensor3D;
  /** [N, H, W, C] in [0, 1]: the generated similar image x_s. */
  similar?: tf.Tensor4D;
  /** [N, H, W, C] in [0, 1]: the generated adversarial image x_a. */
  adversarial?: tf.Tensor4D;
  /**
   * [N, H, W]: the values whose magnitude `map` is, where they have a direction. Of a pair's attributions: > 0 where x_s
   * speaks more for the class in question (of two: the positive one) than x_a does, < 0 where less. Of an averaged map, their mean:
   * where transforms disagree it is smaller than the map.
   */
  signed?: tf.Tensor3D;
  /**
   * [N]: sum of attributions − the difference of F that they explain, in logit or score units: F(x) − F(baseline) of Integrated
   * Gradients, F(x_s) − F(x_a) of the attributions between a pair.
   */
  completenessGap?: tf.Tensor1D;
  /** [N, H, W], ≥ 0, in the map's unit: of an averaged map, its standard deviation over the transforms. */
  spread?: tf.Tensor3D;
  /** [2, N, H, W]: of an averaged map, the means of two halves of the transforms. */
  halves?: tf.Tensor4D;
}

/** What the values of a method's map are; for people's legend and for masks. */
export interface MapFacts extends MapKind {
  /**
   * Values up to this, in the map's unit, mark nothing: no percentile selects them, and a map of such values alone has no colours. Never
   * below 0, so that pixels of value 0 are in no mask.
   */
  floor: number;
  /** Whether the map is the magnitude of values with a direction (`Explanation.signed`). */
  isSigned?: boolean;
}

/** Kinds of methods, by what they look at. */
export const methodCategories = {
  pair: 'the images x_s and x_a of one generator',
  adversarial: 'an adversarial image of a generator trained without x_s',
  mask: 'a mask that a generator predicts',
  gradient: 'derivatives of the classifier',
  perturbation: 'answers of the classifier to changed images',
} as const;
export type MethodCategory = keyof typeof methodCategories;

/**
 * One explanation method: a file in `methods/`, made with `defineMethod`; `methods/index.ts` lists them all. Options `O` as
 * they may be given: what has a default may be absent.
 */
export interface ExplanationMethod<O extends object = MethodOptions> {
  /** Stable, for commands and result files; the name of its file. */
  id: string;
  /** For people. */
  title: string;
  citation: string;
  category: MethodCategory;
  /** Whether one pass is enough, so that the viewer may offer it and augmentation averaging makes sense. */
  oneShot: boolean;
  needs: {
    /** A generator of one of these kinds. */
    generator?: GeneratorKind[];
    /** The backend must be able to derive the classifier by its input. */
    gradients?: boolean;
  };
  map: MapFacts;
  /** Which generated images its explanations show; none: they show a map alone. */
  images?: readonly ('similar' | 'adversarial')[];
  /** Schema of its options: type, range, default and what each is for. */
  options: z.ZodObject;
  /**
   * @param batch [N, S, S, C] float32 in [0, 1], prepared as the model card says; not disposed here
   * @throws MethodUnavailableError when the model lacks what the method needs; RangeError for an option it does not have, or
   *   cannot take
   */
  explain(context: ExplainContext, batch: tf.Tensor4D, options?: O): Explanation;
}

/** The loaded model cannot run this method; the message says what is missing. */
export class MethodUnavailableError extends Error {
  override name = 'MethodUnavailableError';
}

/** Disposes every tensor of an explanation. */
export function disposeExplanation(explanation: Explanation): void {
  explanation.map.dispose();
  explanation.signed?.dispose();
  explanation.similar?.dispose();
  explanation.adversarial?.dispose();
  explanation.completenessGap?.dispose();
  explanation.spread?.dispose();
  explanation.halves?.dispose();
}
