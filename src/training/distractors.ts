import * as tf from '@tensorflow/tfjs';
import { seededRandom, uniform } from '../models/random';
import type { DistractorConfig } from './config';
import type { Sample, SampleSource, ValidationSample } from './samples';

/** Changes are kept averaged over blocks of this side: they are smooth, and hundreds of them are held in memory. */
const block = 4;
const imagesAtOnce = 8;

/**
 * A source whose drawn images carry, in a share of cases, the change x_a − x_s that a generator made for *another* image;
 * label and truth stay. What a generator paints into every film alike is a blind spot of the classifier it was trained
 * through: a classifier that has seen such changes where they mean nothing no longer decides by them.
 */
export class DistractedSource implements SampleSource {
  readonly size: number;
  readonly validationCount: number;

  /**
   * @param changes each [size / 4, size / 4], row-major, as {@link generatedChanges} returns them
   */
  constructor(
    private readonly source: SampleSource,
    private readonly changes: readonly Float32Array[],
    private readonly config: DistractorConfig,
    private readonly seed: number,
  ) {
    this.size = source.size;
    this.validationCount = source.validationCount;
  }

  draw(position: number): Sample {
    const sample = this.source.draw(position);
    const random = seededRandom(`${this.seed}/distract/${position}`);
    if (random() >= this.config.share) return sample;
    const change = this.changes[Math.floor(random() * this.changes.length)];
    const strength = uniform(random, ...this.config.strength);
    const mirrored = random() < 0.5;
    return { ...sample, pixels: addChange(sample.pixels, change, this.size, strength, mirrored) };
  }

  validation(index: number): ValidationSample {
    return this.source.validation(index);
  }
}

/**
 * The changes x_a − x_s that a generator makes for drawn images.
 *
 * @param generator [N, S, S, 1] → [x_s, x_a]
 * @returns `count` maps of [S / 4, S / 4], row-major
 */
export function generatedChanges(
  generator: tf.LayersModel,
  source: SampleSource,
  count: number,
): Float32Array[] {
  const { size } = source;
  const side = size / block;
  const changes: Float32Array[] = [];
  for (let first = 0; first < count; first += imagesAtOnce) {
    const batch = Math.min(imagesAtOnce, count - first);
    const pixels = new Float32Array(batch * size * size);
    for (let k = 0; k < batch; k++) pixels.set(source.draw(first + k).pixels, k * size * size);
    const values = tf.tidy(() => {
      const [similar, adversarial] = generator.predictOnBatch(
        tf.tensor4d(pixels, [batch, size, size, 1]),
      ) as tf.Tensor4D[];
      return tf
        .avgPool(tf.sub<tf.Tensor4D>(adversarial, similar), block, block, 'valid')
        .dataSync() as Float32Array;
    });
    for (let k = 0; k < batch; k++) changes.push(values.slice(k * side * side, (k + 1) * side * side));
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
