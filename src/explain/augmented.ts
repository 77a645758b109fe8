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
import { disposeExplanation, type Explanation, type ExplanationMethod } from './types';

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
      const explainMap = (images: tf.Tensor4D): tf.Tensor3D => {
        const { map, ...rest } = method.explain(context, images, methodOptions);
        tf.dispose(rest);
        return map;
      };
      const map = averageOverTransforms(batch, options, explainMap);
      const plain =
        options.generated === false || !method.needs.generator
          ? undefined
          : method.explain(context, batch, methodOptions);
      return { map, ...withoutMap(plain) };
    },
  };
}

function averageOverTransforms(
  batch: tf.Tensor4D,
  { count, ranges, seed, internalBatch = 10 }: AugmentationOptions,
  explainMap: (images: tf.Tensor4D) => tf.Tensor3D,
): tf.Tensor3D {
  const [images, size] = batch.shape;
  const transforms = randomTransforms(count, ranges, size, seededRandom(seed));
  const chunk = Math.max(1, Math.floor(internalBatch / images));
  return tf.tidy(() => {
    let sum: tf.Tensor4D = tf.zeros([images, size, size, 1]);
    for (let start = 0; start < count; start += chunk) {
      sum = tf.tidy(() => {
        const part = transformedMaps(batch, transforms.slice(start, start + chunk), explainMap);
        return tf.add(sum, tf.sum(part, 0)) as tf.Tensor4D;
      });
    }
    const inside = transformCoverage(transforms.map(invertTransform), size);
    const cover = tf.sum(inside, 0);
    const mean = tf.div(sum, tf.maximum(cover, leastCover));
    return tf.mul(mean, tf.cast(tf.greater(cover, leastCover), 'float32')).squeeze<tf.Tensor3D>([3]);
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
