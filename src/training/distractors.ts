import * as tf from '@tensorflow/tfjs';
import { operatingPointOf, scoreLogits } from '../models/classify';
import type { ModelPackage } from '../models/package';
import { seededRandom, uniform } from '../models/random';
import { allValuesOf } from './read-back';
import type { Sample, SampleSource } from './samples';

/** Changes are kept averaged over blocks of this side: they are smooth, and hundreds of them are held in memory. */
const block = 4;
const imagesAtOnce = 8;

/** Changes the pixels of a drawn image; returns a copy. */
export type Distractor = (pixels: Float32Array, size: number, random: () => number) => Float32Array;

/**
 * A source whose drawn images carry, in a share of cases, something that does not change what they show: label and truth
 * stay. A classifier that has seen it where it means nothing does not decide by it.
 */
export class DistractedSource implements SampleSource {
  readonly size: number;
  readonly validationCount: number;

  /**
   * @param name of the stream of random numbers, one of its own for each kind of distractor
   */
  constructor(
    private readonly source: SampleSource,
    private readonly name: string,
    private readonly share: number,
    private readonly distract: Distractor,
  ) {
    this.size = source.size;
    this.validationCount = source.validationCount;
  }

  draw(position: number): Sample {
    const sample = this.source.draw(position);
    const random = seededRandom(`${this.name}/${position}`);
    if (random() >= this.share) return sample;
    return { ...sample, pixels: this.distract(sample.pixels, this.size, random) };
  }

  validation(index: number): Sample {
    return this.source.validation(index);
  }
}

/**
 * Adds, 0.3 to 1.3 times and perhaps mirrored, the change by which a generator made *another* image negative. What a
 * generator paints into every film alike is a blind spot of the classifier it was trained through.
 *
 * @param changes each [size / 4, size / 4], row-major, as {@link clearingChanges} returns them
 */
export function foreignChange(changes: readonly Float32Array[]): Distractor {
  return (pixels, size, random) => {
    const change = changes[Math.floor(random() * changes.length)];
    const strength = uniform(random, 0.3, 1.3);
    return addChange(pixels, change, size, strength, random() < 0.5);
  };
}

/**
 * Adds one to four soft bars of any direction, 5 to 20 px wide and 30 to 140 px long at a side of 224, darker or brighter
 * by 0.1 to 0.4: neither opacities nor their absence, but what convolutions are easily fooled by.
 */
export const streaks: Distractor = (pixels, size, random) => {
  const result = Float32Array.from(pixels);
  const scale = size / 224;
  const count = 1 + Math.floor(random() * 4);
  for (let k = 0; k < count; k++) {
    const [centreX, centreY] = [uniform(random, 0.1, 0.9) * size, uniform(random, 0.1, 0.9) * size];
    const angle = uniform(random, 0, Math.PI);
    const halfLength = uniform(random, 15, 70) * scale;
    const halfWidth = uniform(random, 2.5, 10) * scale;
    const bend = uniform(random, -0.005, 0.005) / scale;
    const height = uniform(random, 0.1, 0.4) * (random() < 0.5 ? -1 : 1);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const along = (x - centreX) * cos + (y - centreY) * sin;
        if (Math.abs(along) > 1.6 * halfLength) continue;
        const across = (y - centreY) * cos - (x - centreX) * sin + (bend * along * along) / 2;
        if (Math.abs(across) > 2.5 * halfWidth) continue;
        result[y * size + x] += height * Math.exp(-((along / halfLength) ** 4) - (across / halfWidth) ** 2);
      }
    }
  }
  return result.map(value => Math.min(1, Math.max(0, value)));
};

/**
 * The changes x_a − x_s that a package's generator makes for drawn images which its classifier calls positive: clearing
 * another image's opacities leaves an image as ill or healthy as it was, while painting opacities would not.
 *
 * @param count how many are wanted
 * @returns `count` maps of [S / 4, S / 4], row-major; fewer when less than one drawn image in ten is called positive
 */
export async function clearingChanges(
  { card, classifier }: Pick<ModelPackage, 'card' | 'classifier'>,
  generator: tf.LayersModel,
  source: SampleSource,
  count: number,
): Promise<Float32Array[]> {
  const { size } = source;
  const changes: Float32Array[] = [];
  for (let first = 0; changes.length < count && first < 10 * count; first += imagesAtOnce) {
    const pixels = new Float32Array(imagesAtOnce * size * size);
    for (let k = 0; k < imagesAtOnce; k++) pixels.set(source.draw(first + k).pixels, k * size * size);
    const [called, values] = await allValuesOf(() => {
      const x = tf.tensor4d(pixels, [imagesAtOnce, size, size, 1]);
      const positive = tf.greater(
        scoreLogits(card, classifier.apply(x) as tf.Tensor),
        operatingPointOf(card),
      );
      const [similar, adversarial] = generator.apply(x) as tf.Tensor4D[];
      const coarse = tf.avgPool(tf.sub<tf.Tensor4D>(adversarial, similar), block, block, 'valid');
      return [positive, coarse];
    });
    const length = (size / block) ** 2;
    for (let k = 0; k < imagesAtOnce; k++) {
      if (called[k] && changes.length < count) changes.push(values.slice(k * length, (k + 1) * length));
    }
  }
  return changes;
}

/** Adds a change, up-sampled bilinearly, to a copy of an image; clipped to [0, 1]. */
function addChange(
  pixels: Float32Array,
  change: Float32Array,
  size: number,
  strength: number,
  mirrored: boolean,
): Float32Array {
  const side = size / block;
  const result = new Float32Array(pixels.length);
  for (let y = 0; y < size; y++) {
    const [top, bottom, down] = neighbours(y, side);
    for (let x = 0; x < size; x++) {
      const [left, right, across] = neighbours(mirrored ? size - 1 - x : x, side);
      const above = change[top * side + left] * (1 - across) + change[top * side + right] * across;
      const below = change[bottom * side + left] * (1 - across) + change[bottom * side + right] * across;
      const value = pixels[y * size + x] + strength * (above * (1 - down) + below * down);
      result[y * size + x] = Math.min(1, Math.max(0, value));
    }
  }
  return result;
}

/** The two coarse cells around a pixel, and its share of the second (half-pixel centres, border repeated). */
function neighbours(position: number, side: number): [first: number, second: number, share: number] {
  const at = Math.min(side - 1, Math.max(0, (position + 0.5) / block - 0.5));
  const first = Math.floor(at);
  return [first, Math.min(side - 1, first + 1), at - first];
}
