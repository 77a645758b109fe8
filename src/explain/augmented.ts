import * as tf from '@tensorflow/tfjs';
import {
  applyTransforms,
  invertTransform,
  randomTransforms,
  transformCoverage,
  type Affine,
  type GeometricRanges,
} from '../models/augmentation';
import { seededRandom } from '../models/random';
import { paper } from './citations';
import {
  disposeExplanation,
  type ExplainContext,
  type Explanation,
  type ExplanationMethod,
  type MethodOptions,
} from './types';

export interface AugmentationOptions {
  /** Number of random transforms; the paper takes 10. */
  count: number;
  /** Ranges; take only what the networks were trained with (the card's `augmentation`). */
  ranges: GeometricRanges;
  seed: number;
  /** Whether to also run the method on x itself for x_s and x_a (one more pass). Default true. */
  generated?: boolean;
  /** Images in one pass; less needs less memory, more is faster on a GPU. Default 10. */
  internalBatch?: number;
}

/** Below this weight no transform covers a pixel, and its mean is undefined: the map is 0 there. */
const leastCover = 1e-3;

/**
 * The augmented form of a method, E_aug(x) = mean over i of T_i⁻¹(E(T_i x)), T_i random geometric transforms.
 * Charachon et al., ICPR 2020, arXiv 2012.07332, eq. (11).
 *
 * At every pixel the mean counts only the transforms whose inverse covers it, in the proportion in which it does.
 * The transforms are the same for every image of a batch and depend on the seed alone.
 */
export function augmented(method: ExplanationMethod, options: AugmentationOptions): ExplanationMethod {
  return {
    ...method,
    id: `${method.id}+aug`,
    title: `${method.title} + aug`,
    citation: `${method.citation}; averaged as ${paper}, eq. (11)`,
    oneShot: false,
    explain(context, batch, methodOptions) {
      const all = { from: 0, to: options.count };
      const map = tf.tidy(() =>
        meanOfSums(
          sumOverTransforms(method, context, batch, options, all, methodOptions),
          coverOfTransforms(options, batch.shape[1]),
        ),
      );
      const plain =
        options.generated === false || !method.needs.generator
          ? undefined
          : method.explain(context, batch, methodOptions);
      return { map, ...withoutMap(plain) };
    },
  };
}

/** Transforms from one index to before another, of those that count and seed draw. */
export interface TransformRange {
  from: number;
  to: number;
}

/**
 * Sum over some of the transforms of T_i⁻¹(E(T_i x)), 0 where an inverse does not cover: the part of an averaged map that one
 * of several threads makes. `meanOfSums` makes the map of the sum over all.
 *
 * @returns [N, S, S]
 */
export function sumOverTransforms(
  method: ExplanationMethod,
  context: ExplainContext,
  batch: tf.Tensor4D,
  options: AugmentationOptions,
  range: TransformRange,
  methodOptions?: MethodOptions,
): tf.Tensor3D {
  const { count, ranges, seed, internalBatch = 10 } = options;
  const [images, size] = batch.shape;
  const transforms = randomTransforms(count, ranges, size, seededRandom(seed)).slice(range.from, range.to);
  const chunk = Math.max(1, Math.floor(internalBatch / images));
  const explainMap = (copies: tf.Tensor4D): tf.Tensor3D => {
    const { map, ...rest } = method.explain(context, copies, methodOptions);
    tf.dispose(rest);
    return map;
  };
  return tf.tidy(() => {
    let sum: tf.Tensor4D = tf.zeros([images, size, size, 1]);
    for (let start = 0; start < transforms.length; start += chunk) {
      sum = tf.tidy(() => {
        const part = transformedMaps(batch, transforms.slice(start, start + chunk), explainMap);
        return tf.add(sum, tf.sum(part, 0)) as tf.Tensor4D;
      });
    }
    return sum.squeeze<tf.Tensor3D>([3]);
  });
}

/**
 * How many transforms cover each pixel after their inverse, in the proportion in which they do.
 *
 * @param size side of the images, pixels
 * @returns [S, S], from 0 to count
 */
export function coverOfTransforms({ count, ranges, seed }: AugmentationOptions, size: number): tf.Tensor2D {
  return tf.tidy(() => {
    const transforms = randomTransforms(count, ranges, size, seededRandom(seed));
    return tf.sum(transformCoverage(transforms.map(invertTransform), size), 0).squeeze<tf.Tensor2D>([2]);
  });
}

/**
 * The averaged map of a sum over all transforms.
 *
 * @param sum [N, S, S]
 * @param cover of the same transforms, [S, S]
 * @returns [N, S, S], 0 where no transform covers
 */
export function meanOfSums(sum: tf.Tensor3D, cover: tf.Tensor2D): tf.Tensor3D {
  return tf.tidy(() => {
    const mean = tf.div<tf.Tensor3D>(sum, tf.maximum(cover, leastCover));
    return tf.mul<tf.Tensor3D>(mean, tf.cast(tf.greater(cover, leastCover), 'float32'));
  });
}

/** T⁻¹(E(T x)) of some transforms, 0 where the inverse does not cover. @returns [transforms, N, S, S, 1] */
function transformedMaps(
  batch: tf.Tensor4D,
  transforms: readonly Affine[],
  explainMap: (images: tf.Tensor4D) => tf.Tensor3D,
): tf.Tensor5D {
  const [images, size] = batch.shape;
  const each = transforms.flatMap(transform => Array.from({ length: images }, () => transform));
  const copies = transforms.length === 1 ? batch : tf.concat(transforms.map(() => batch));
  const maps = explainMap(applyTransforms(copies, each)).expandDims<tf.Tensor4D>(3);
  const back = applyTransforms(maps, each.map(invertTransform));
  return back.reshape([transforms.length, images, size, size, 1]);
}

function withoutMap(plain: Explanation | undefined): Omit<Explanation, 'map'> {
  if (!plain) return {};
  const { similar, adversarial } = plain;
  disposeExplanation({ ...plain, similar: undefined, adversarial: undefined });
  return { similar, adversarial };
}
