import type * as tf from '@tensorflow/tfjs';
import type { GeneratorKind, ModelCard } from '../models/card';
import type { OutlierDetector } from '../models/package';
import type { MapKind } from '../models/verdict';

/** Runs each generator once on one input (generators.ts). */
export interface Generated {
  readonly input: tf.Tensor4D;
  of(id: string, run: () => tf.Tensor4D[]): readonly tf.Tensor4D[];
}

/** What a method may use: the networks of one loaded model package. */
export interface ExplainContext {
  card: ModelCard;
  /** [N, S, S, C] → logit [N, 1], or logits [N, K] of K > 2 classes; batch norms folded or in inference mode. */
  classifier: tf.LayersModel;
  /** By id in the card: [N, S, S, C] → [x_s, x_a] (naive: [x_a]; mask: a mask of [N, S, S, 1]). */
  generators: Record<string, tf.LayersModel>;
  /** Tells images of another kind, where the card has a fit. */
  outliers?: OutlierDetector;
  /** What the generators have made of the image at hand; absent: they run whenever they are asked. */
  generated?: Generated;
}

/** Options of the single methods; a method reads those that it documents and ignores the rest. */
export interface MethodOptions {
  /** Seed of the method's own random numbers (SmoothGrad's noise). Default 0. */
  seed?: number;
  /** Id of the generator to use where the model carries several. Default: the card's, then any that fits. */
  generator?: string;
  /** What gradient methods derive: the logit (default) or the calibrated score. */
  target?: 'logit' | 'score';
  /** Class whose evidence GradCAM shows: 1 (default), or the one decided for each image. */
  explainedClass?: 'positive' | 'decided';
  /** Iterations of BBMP (default 150) and Perceptual Perturbation (100). */
  iterations?: number;
  /** Cells a side of BBMP's mask (56) and of RISE's grids (7). */
  cells?: number;
  /** Side and distance of Occlusion's squares, pixels; default an eighth of the image's side, and half of that. */
  patch?: number;
  stride?: number;
  /** Noisy copies of SmoothGrad (default 25), masks of RISE (500). */
  samples?: number;
  /** Standard deviation of SmoothGrad's noise, as a fraction of the input range. Default 0.15. */
  noise?: number;
  /** Steps of Integrated Gradients' path. Default 32. */
  steps?: number;
  /** Points between x_a and x_s at which `path` and `evidence-change` derive F. Default 4. */
  points?: number;
  /** Grey value of Integrated Gradients' baseline image, in [0, 1]. Default 0. */
  baseline?: number;
}

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
   * speaks more for the class in question (of two: the positive one) than x_a does, < 0 where less.
   */
  signed?: tf.Tensor3D;
  /**
   * [N]: sum of attributions − the difference of F that they explain, in logit or score units: F(x) − F(baseline) of Integrated
   * Gradients, F(x_s) − F(x_a) of the attributions between a pair.
   */
  completenessGap?: tf.Tensor1D;
}

/** What the values of a method's map are; for people's legend and for masks. */
export interface MapFacts extends MapKind {
  /**
   * Values up to this mark nothing: no percentile selects them. In the map's unit, or as a fraction of the map's largest
   * value. Never below 0, so that pixels of value 0 are in no mask.
   */
  floor: { value: number; of: 'unit' | 'maximum' };
}

/** One explanation method; `index.ts` lists them all. */
export interface ExplanationMethod {
  /** Stable, for commands and result files. */
  id: string;
  /** For people. */
  title: string;
  citation: string;
  /** Whether one pass is enough, so that the viewer may offer it and augmentation averaging makes sense. */
  oneShot: boolean;
  needs: {
    /** A generator of one of these kinds. */
    generator?: GeneratorKind[];
    /** The backend must be able to derive the classifier by its input. */
    gradients?: boolean;
  };
  map: MapFacts;
  /**
   * @param batch [N, S, S, C] float32 in [0, 1], prepared as the model card says; not disposed here
   * @throws MethodUnavailableError when the model lacks what the method needs
   */
  explain(context: ExplainContext, batch: tf.Tensor4D, options?: MethodOptions): Explanation;
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
}
