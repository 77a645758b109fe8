import * as tf from '@tensorflow/tfjs';
import { applyTransforms, randomTransforms, type GeometricRanges } from '../models/augmentation';
import { seededRandom, uniform } from '../models/random';
import type { PhotometricRanges } from './config';
import { valuesOf } from './read-back';
import type { Sample, SampleSource } from './samples';

/** A batch on the device; the caller disposes its tensors. */
export interface Batch {
  /** [N, S, S, 1] in [0, 1]. */
  images: tf.Tensor4D;
  /** [N, S, S, 1]: where opacities are, 0…1; zero where not known. */
  truth: tf.Tensor4D;
  labels: number[];
  /** Whether `truth` of an image is known. */
  truthKnown: boolean[];
  /** View Position of each image, `''` where it is not known. */
  views: string[];
}

/**
 * Draws and augments images: geometry on image and truth alike, then grey levels of the image.
 *
 * @param positions positions in the training sequence; the same for the same seed and position
 */
export async function drawBatch(
  source: SampleSource,
  positions: readonly number[],
  seed: number,
  geometric: GeometricRanges,
  photometric?: PhotometricRanges,
): Promise<Batch> {
  const { size } = source;
  const samples = positions.map(position => source.draw(position));
  const randoms = positions.map(position => seededRandom(`${seed}/augment/${position}`));
  const planes = new Float32Array(samples.length * size * size * 2);
  samples.forEach(({ pixels, truth }, n) => {
    const offset = n * size * size * 2;
    for (let i = 0; i < size * size; i++) {
      planes[offset + 2 * i] = pixels[i];
      if (truth) planes[offset + 2 * i + 1] = truth[i];
    }
  });
  const [images, truth] = tf.tidy(() => {
    const transforms = randoms.map(random => randomTransforms(1, geometric, size, random)[0]);
    const moved = applyTransforms(tf.tensor4d(planes, [samples.length, size, size, 2]), transforms);
    const [x, t] = tf.split(moved, 2, 3) as tf.Tensor4D[];
    return [photometric ? changeGreyLevels(x, randoms, photometric) : x, t];
  });
  return {
    images,
    truth,
    labels: await visibleLabels(samples, truth),
    truthKnown: samples.map(sample => sample.truth !== undefined),
    views: samples.map(({ view }) => view),
  };
}

/** Less than this share of a known opacity left in the frame: the image shows none. */
const visibleShare = 0.1;

/** Labels after the geometry: a positive image whose known opacities were moved out of the frame became a negative. */
async function visibleLabels(samples: readonly Sample[], moved: tf.Tensor4D): Promise<number[]> {
  const areas = await valuesOf(() => tf.sum(moved, [1, 2, 3]));
  return samples.map(({ label, truth }, n) => {
    if (label === 0 || !truth) return label;
    const before = truth.reduce((sum, value) => sum + value, 0);
    return areas[n] < visibleShare * before ? 0 : 1;
  });
}

function changeGreyLevels(
  images: tf.Tensor4D,
  randoms: readonly (() => number)[],
  ranges: PhotometricRanges,
): tf.Tensor4D {
  const [count, size] = images.shape;
  const contrast = randoms.map(random => 1 + uniform(random, -1, 1) * ranges.contrast);
  const brightness = randoms.map(random => uniform(random, -1, 1) * ranges.brightness);
  const kept = new Float32Array(count * size * size).fill(1);
  const filling = new Float32Array(count * size * size);
  randoms.forEach((random, n) => {
    for (let k = 0; k < ranges.erased.count; k++) {
      const side = (): number => Math.round(uniform(random, ...ranges.erased.side) * size);
      const [width, height] = [side(), side()];
      const [left, top] = [Math.floor(random() * (size - width)), Math.floor(random() * (size - height))];
      const grey = random();
      for (let y = top; y < top + height; y++) {
        const start = (n * size + y) * size + left;
        kept.fill(0, start, start + width);
        filling.fill(grey, start, start + width);
      }
    }
  });
  const each = (values: number[]): tf.Tensor4D => tf.tensor4d(values, [count, 1, 1, 1]);
  const shifted = tf.add(tf.mul(tf.sub(images, 0.5), each(contrast)), tf.add(each(brightness), 0.5));
  const plane = (values: Float32Array): tf.Tensor4D => tf.tensor4d(values, [count, size, size, 1]);
  return tf.add(tf.mul(tf.clipByValue(shifted, 0, 1), plane(kept)), plane(filling));
}

/** Validation images as they are, [N, S, S, 1]; the caller disposes. */
export function validationBatch(source: SampleSource, indexes: readonly number[]): tf.Tensor4D {
  const { size } = source;
  const values = new Float32Array(indexes.length * size * size);
  indexes.forEach((index, n) => values.set(source.validation(index).pixels, n * size * size));
  return tf.tensor4d(values, [indexes.length, size, size, 1]);
}
