import * as tf from '@tensorflow/tfjs';
import { applyTransforms, isMirrored, randomTransforms, type GeometricRanges } from '../models/augmentation';
import { seededRandom, uniform } from '../models/random';
import type { PhotometricRanges } from './config';
import { valuesOf } from './read-back';
import type { Sample, SampleSource } from './samples';

/** A batch on the device; the caller disposes its tensors. */
export interface Batch {
  /** [N, S, S, 1] in [0, 1]. */
  images: tf.Tensor4D;
  /** [N, S, S, K]: where each of the findings is, 0…1; zero where not known. Of one finding, or of classes, K = 1. */
  truth: tf.Tensor4D;
  /** [N][K]: whether each image has each finding; of classes that exclude each other, [N][1], the index. */
  labels: number[][];
  /** [N][K]: whether `truth` is known. */
  truthKnown: boolean[][];
  /** View Position of each image, `''` where it is not known. */
  views: string[];
  /** Whether geometry has mirrored each image. */
  mirrored: boolean[];
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
  const findings = samples.map(findingsOf);
  const channels = 1 + findings[0].length;
  const planes = new Float32Array(samples.length * size * size * channels);
  samples.forEach(({ pixels }, n) => {
    [pixels, ...findings[n].map(({ truth }) => truth)].forEach((plane, c) => {
      const offset = n * size * size * channels + c;
      if (plane) for (let i = 0; i < size * size; i++) planes[offset + channels * i] = plane[i];
    });
  });
  const transforms = randoms.map(random => randomTransforms(1, geometric, size, random)[0]);
  const [images, truth] = tf.tidy(() => {
    const moved = applyTransforms(tf.tensor4d(planes, [samples.length, size, size, channels]), transforms);
    const [x, t] = tf.split(moved, [1, channels - 1], 3) as tf.Tensor4D[];
    return [photometric ? changeGreyLevels(x, randoms, photometric) : x, t];
  });
  return {
    images,
    truth,
    labels: await visibleLabels(findings, truth),
    truthKnown: findings.map(all => all.map(({ truth: place }) => place !== undefined)),
    views: samples.map(({ view }) => view),
    mirrored: transforms.map(isMirrored),
  };
}

/** Less than this share of a known opacity left in the frame: the image shows none. */
const visibleShare = 0.1;

type Finding = Pick<Sample, 'label' | 'truth'>;

/** Of an image without a list of findings, its label is the one. */
function findingsOf({ label, truth, findings }: Sample): readonly Finding[] {
  return findings ?? [{ label, truth }];
}

/** Labels after the geometry: a finding whose known place was moved out of the frame is no longer there. */
async function visibleLabels(
  findings: readonly (readonly Finding[])[],
  moved: tf.Tensor4D,
): Promise<number[][]> {
  const areas = await valuesOf(() => tf.sum(moved, [1, 2]));
  return findings.map((all, n) =>
    all.map(({ label, truth }, k) => {
      if (label === 0 || !truth) return label;
      const before = truth.reduce((sum, value) => sum + value, 0);
      return areas[n * all.length + k] < visibleShare * before ? 0 : label;
    }),
  );
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
