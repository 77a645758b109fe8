import * as tf from '@tensorflow/tfjs';
import {
  applyTransforms,
  invertTransform,
  randomTransforms,
  transformCoverage,
  type Affine,
  type GeometricRanges,
} from '../models/augmentation';
import { evaluateModel } from '../models/graph';
import { seededRandom } from '../models/random';
import { paper } from './citations';
import { generateImages } from './generators';
import { type ExplainContext, type Explanation, type ExplanationMethod, type MethodOptions } from './types';

export interface AugmentationOptions {
  /** Number of random transforms; the paper takes 10. */
  count: number;
  /** Ranges; take only what the networks were trained with (the card's `augmentation`). */
  ranges: GeometricRanges;
  seed: number;
  /** Whether to also make x_s and x_a of x itself, where the method shows them. Default true. */
  generated?: boolean;
  /** Images in one pass; less needs less memory, more is faster on a GPU. Default 10. */
  internalBatch?: number;
}

/** Below this weight no transform covers a pixel, and its mean is undefined: the map is 0 there. */
const leastCover = 1e-3;

/** What averaging makes of the maps of all transforms. Tensors belong to the caller. */
export type AveragedMaps = {
  /** [N, S, S]: eq. (11); 0 where no transform covers. */
  map: tf.Tensor3D;
  /**
   * [N, S, S], ≥ 0, in the map's unit: standard deviation over the transforms that cover a pixel (divided by their number less
   * one). Where fewer than two do, nothing is known of it, and it is as large as the map's own value.
   */
  spread: tf.Tensor3D;
  /** [2, N, S, S]: the means over the transforms of even and of odd number; −1 in both where one half covers nothing. */
  halves: tf.Tensor4D;
  /** [N, S, S]: the mean of the values with their direction, 0 of a method whose values have none. */
  signed: tf.Tensor3D;
};

/**
 * The augmented form of a method, E_aug(x) = mean over i of T_i⁻¹(E(T_i x)), T_i random geometric transforms.
 * Charachon et al., ICPR 2020, arXiv 2012.07332, eq. (11).
 *
 * At every pixel the mean counts only the transforms whose inverse covers it, in the proportion in which it does.
 * All transforms explain what is decided of x itself, of which the paper says nothing (`ExplainContext.filmLogits`).
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
      const averaged = tf.tidy((): Pick<Explanation, 'map' | 'spread' | 'halves' | 'signed'> => {
        const { signed, ...maps } = averageOfSums(
          sumOverTransforms(method, context, batch, options, all, methodOptions),
          coverOfTransforms(options, batch.shape[1]),
        );
        return method.map.isSigned ? { ...maps, signed } : maps;
      });
      if (options.generated === false) return averaged;
      return { ...averaged, ...generateImages(method, context, batch, generatorOf(methodOptions)) };
    },
  };
}

/** Transforms from one index to before another, of those that count and seed draw. */
export interface TransformRange {
  from: number;
  to: number;
}

/**
 * Sums over some of the transforms of M_i = T_i⁻¹(E(T_i x)), 0 where an inverse does not cover: the part of an averaged map that
 * one of several threads makes. Parts are added; `averageOfSums` makes the map of the sums over all.
 *
 * @returns [4, N, S, S]: Σ M_i over the transforms of even number, the same over the odd ones, and Σ M_i² / c_i over all, c_i
 * the share of a pixel that T_i⁻¹ covers; then Σ T_i⁻¹ of the values with their direction, 0 where they have none
 */
export function sumOverTransforms(
  method: ExplanationMethod,
  context: ExplainContext,
  batch: tf.Tensor4D,
  options: AugmentationOptions,
  range: TransformRange,
  methodOptions?: MethodOptions,
): tf.Tensor4D {
  const { count, ranges, seed, internalBatch = 10 } = options;
  const [images, size] = batch.shape;
  const transforms = randomTransforms(count, ranges, size, seededRandom(seed));
  const chunk = Math.max(1, Math.floor(internalBatch / images));
  const film = new FilmLogits(context, batch);
  const ofCopies = { ...context, filmLogits: () => film.get() };
  const explainMap = (copies: tf.Tensor4D): SignedMap => {
    const { map, signed, ...rest } = method.explain(ofCopies, copies, methodOptions);
    tf.dispose(rest);
    return { map, signed };
  };
  try {
    return tf.tidy(() => {
      let sums: tf.Tensor4D = tf.zeros([4, images, size, size]);
      for (let start = range.from; start < range.to; start += chunk) {
        sums = tf.tidy(() => {
          const some = transforms.slice(start, Math.min(start + chunk, range.to));
          return tf.add(
            sums,
            sumsOf(transformedMaps(context, batch, some, explainMap), some, start),
          ) as tf.Tensor4D;
        });
      }
      return sums;
    });
  } finally {
    film.dispose();
  }
}

/** What the classifier answers to films: asked when a method needs it, and once for all transforms. */
class FilmLogits {
  private kept?: tf.Tensor2D;

  constructor(
    private readonly context: ExplainContext,
    private readonly films: tf.Tensor4D,
  ) {}

  /** @returns [N, K], to be used in the surrounding tf.tidy, not to be disposed */
  get(): tf.Tensor2D {
    const { shared, classifier } = this.context;
    const ask = (): tf.Tensor[] => [evaluateModel(classifier, this.films)];
    this.kept ??= tf.keep((shared?.of(this.films, 'logits', ask) ?? ask())[0] as tf.Tensor2D);
    return this.kept;
  }

  dispose(): void {
    this.kept?.dispose();
  }
}

/** A map and, where it has one, its direction. */
interface SignedMap<T = tf.Tensor3D> {
  map: T;
  signed?: T;
}

/**
 * @param maps of some transforms, [transforms, N, S, S]
 * @param first number of the first of them
 * @returns [4, N, S, S], as `sumOverTransforms` has them
 */
function sumsOf(
  { map: maps, signed }: SignedMap<tf.Tensor4D>,
  transforms: readonly Affine[],
  first: number,
): tf.Tensor4D {
  const [count, images, size] = maps.shape;
  const odd = tf.tensor4d(
    transforms.map((_, k) => (first + k) % 2),
    [count, 1, 1, 1],
  );
  const cover = transformCoverage(transforms.map(invertTransform), size).reshape([count, 1, size, size]);
  const squares = tf.div(tf.square(maps), tf.maximum(cover, leastCover));
  const directed = signed ?? tf.zerosLike(maps);
  const planes = [tf.mul(maps, tf.sub(1, odd)), tf.mul(maps, odd), squares, directed];
  return tf.stack(planes.map(plane => tf.sum(plane, 0).reshape([images, size, size]))) as tf.Tensor4D;
}

/**
 * How many transforms cover each pixel after their inverse, in the proportion in which they do.
 *
 * @param size side of the images, pixels
 * @returns [2, S, S], from 0 to their number: the transforms of even and of odd number
 */
export function coverOfTransforms({ count, ranges, seed }: AugmentationOptions, size: number): tf.Tensor3D {
  return tf.tidy(() => {
    const inverses = randomTransforms(count, ranges, size, seededRandom(seed)).map(invertTransform);
    const halves = [0, 1].map(parity => inverses.filter((_, k) => k % 2 === parity));
    return tf.stack(
      halves.map(half =>
        half.length === 0
          ? tf.zeros([size, size])
          : tf.sum(transformCoverage(half, size), 0).reshape([size, size]),
      ),
    ) as tf.Tensor3D;
  });
}

/**
 * The averaged map of the sums over all transforms, with how far it can be relied on.
 *
 * @param sums [4, N, S, S]
 * @param cover of the same transforms, [2, S, S]
 */
export function averageOfSums(sums: tf.Tensor4D, cover: tf.Tensor3D): AveragedMaps {
  return tf.tidy(() => {
    const [, images, size] = sums.shape;
    const [even, odd, squares, directed] = tf.unstack(sums) as tf.Tensor3D[];
    const whole = tf.sum(cover, 0) as tf.Tensor2D;
    const map = meanOver(tf.add(even, odd), whole);
    // Σ c_i (v_i − mean)² with v_i = M_i / c_i: rounding may take it below 0.
    const deviations = tf.relu(tf.sub(squares, tf.mul(whole, tf.square(map))));
    const deviation = tf.sqrt(tf.div(deviations, tf.maximum(tf.sub(whole, 1), leastCover)));
    const isKnown = tf.broadcastTo(tf.greaterEqual(whole, 2), [images, size, size]);
    const [coverEven, coverOdd] = tf.unstack(cover) as tf.Tensor2D[];
    const means = tf.stack([meanOver(even, coverEven), meanOver(odd, coverOdd)]);
    const inBoth = tf.broadcastTo(tf.greater(tf.minimum(coverEven, coverOdd), leastCover), means.shape);
    return {
      map,
      spread: tf.where(isKnown, deviation, map) as tf.Tensor3D,
      halves: tf.where(inBoth, means, -1) as tf.Tensor4D,
      signed: meanOver(directed, whole),
    };
  });
}

/** @returns sum / cover, 0 where no transform covers */
function meanOver(sum: tf.Tensor3D, cover: tf.Tensor2D): tf.Tensor3D {
  const mean = tf.div<tf.Tensor3D>(sum, tf.maximum(cover, leastCover));
  return tf.mul<tf.Tensor3D>(mean, tf.cast(tf.greater(cover, leastCover), 'float32'));
}

/**
 * The parts in which the transforms of an averaged map are shared out: one each, so that no worker waits long for the last one. On a
 * processor a batch of them is no faster. With their sums added in this order, the map is the same, to the last bit, however many
 * workers made it.
 */
export function partsOfTransforms(count: number): TransformRange[] {
  return Array.from({ length: count }, (_, k) => ({ from: k, to: k + 1 }));
}

/** T⁻¹(E(T x)) of some transforms, 0 where the inverse does not cover. @returns [transforms, N, S, S] each */
function transformedMaps(
  { shared }: ExplainContext,
  batch: tf.Tensor4D,
  transforms: readonly Affine[],
  explainMap: (images: tf.Tensor4D) => SignedMap,
): SignedMap<tf.Tensor4D> {
  const [images, size] = batch.shape;
  const each = transforms.flatMap(transform => Array.from({ length: images }, () => transform));
  const transform = (): tf.Tensor4D =>
    tf.tidy(() => {
      const repeated = transforms.length === 1 ? batch : tf.concat(transforms.map(() => batch));
      return applyTransforms(repeated, each);
    });
  const copies = shared?.copies(batch, `transforms ${JSON.stringify(transforms)}`, transform) ?? transform();
  const inverses = each.map(invertTransform);
  const back = (map: tf.Tensor3D): tf.Tensor4D =>
    applyTransforms(map.expandDims<tf.Tensor4D>(3), inverses).reshape([
      transforms.length,
      images,
      size,
      size,
    ]);
  const { map, signed } = explainMap(copies);
  return { map: back(map), signed: signed && back(signed) };
}

function generatorOf(options: MethodOptions | undefined): string | undefined {
  return options?.generator as string | undefined;
}
