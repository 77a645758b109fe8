import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { seededRandom } from '../../src/models/random';
import { drawBatch, validationBatch } from '../../src/training/batch';
import type { Sample, SampleSource } from '../../src/training/samples';

const size = 32;
const geometric = {
  rotationDegrees: 15,
  shiftFraction: 0.12,
  zoom: [0.95, 1.43] as [number, number],
  horizontalFlip: true,
  verticalFlip: false,
};
const photometric = {
  contrast: 0.25,
  brightness: 0.15,
  erased: { count: 2, side: [0.1, 0.3] as [number, number] },
};

beforeAll(() => prepareNodeBackend('cpu'));

/** Images that are their own truth: a bright rectangle at a place that depends on the position. */
const source: SampleSource = {
  size,
  draw(position: number): Sample {
    const random = seededRandom(`test/${position}`);
    const [x0, y0] = [4 + Math.floor(12 * random()), 4 + Math.floor(12 * random())];
    const pixels = Float32Array.from({ length: size * size }, (_, i) =>
      i % size >= x0 && i % size < x0 + 10 && i >= y0 * size && i < (y0 + 8) * size ? 1 : 0,
    );
    return position % 3 === 0
      ? { pixels, label: 0, view: 'AP' }
      : { pixels, label: 1, truth: pixels, view: 'PA' };
  },
  validationCount: 3,
  validation: (index: number): Sample => source.draw(index),
};

describe('drawBatch', () => {
  it('moves image and truth alike', async () => {
    const { images, truth, labels, truthKnown } = await drawBatch(source, [1, 2, 4, 5], 1, geometric);
    expect(images.shape).toEqual([4, size, size, 1]);
    expect(truth.dataSync()).toEqual(images.dataSync());
    expect(labels).toEqual([[1], [1], [1], [1]]);
    expect(truthKnown).toEqual([[true], [true], [true], [true]]);
    const still = tf.stack([1, 2, 4, 5].map(p => tf.tensor3d(source.draw(p).pixels, [size, size, 1])));
    expect(tf.mean(tf.abs(tf.sub(still, images))).dataSync()[0]).toBeGreaterThan(0.01);
  });

  it('says where the truth is not known, and leaves it empty', async () => {
    const { truth, labels, truthKnown } = await drawBatch(source, [0, 1], 1, geometric);
    expect(labels).toEqual([[0], [1]]);
    expect(truthKnown).toEqual([[false], [true]]);
    expect(tf.max(tf.slice(truth, 0, 1)).dataSync()[0]).toBe(0);
  });

  it('gives a position the same image whatever batch it is in', async () => {
    const [alone] = tf.unstack((await drawBatch(source, [7], 1, geometric, photometric)).images);
    const [, , among] = tf.unstack((await drawBatch(source, [1, 2, 7], 1, geometric, photometric)).images);
    expect(among.dataSync()).toEqual(alone.dataSync());
    const [other] = tf.unstack((await drawBatch(source, [7], 2, geometric, photometric)).images);
    expect(other.dataSync()).not.toEqual(alone.dataSync());
  });

  it('changes grey levels of the image alone, within [0, 1]', async () => {
    const positions = [1, 2, 4, 5, 7, 8];
    const plain = await drawBatch(source, positions, 1, geometric);
    const changed = await drawBatch(source, positions, 1, geometric, photometric);
    expect(changed.truth.dataSync()).toEqual(plain.truth.dataSync());
    const values = changed.images.dataSync();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    expect(values).not.toEqual(plain.images.dataSync());
  });

  it('erases the asked number of rectangles, of one grey and the asked sides', async () => {
    // On a black image without geometry, contrast or brightness the erased pixels are all there is.
    const black: SampleSource = {
      ...source,
      draw: () => ({ pixels: new Float32Array(size * size), label: 0, view: '' }),
    };
    const still = { ...geometric, rotationDegrees: 0, shiftFraction: 0, zoom: [1, 1] as [number, number] };
    const erasing = {
      contrast: 0,
      brightness: 0,
      erased: { count: 1, side: [0.25, 0.5] as [number, number] },
    };
    for (let position = 0; position < 20; position++) {
      const values = (await drawBatch(black, [position], 1, still, erasing)).images.dataSync();
      const erased = [...values].flatMap((v, i) => (v === 0 ? [] : [i]));
      const [xs, ys] = [erased.map(i => i % size), erased.map(i => Math.floor(i / size))];
      const width = Math.max(...xs) - Math.min(...xs) + 1;
      const height = Math.max(...ys) - Math.min(...ys) + 1;
      for (const side of [width, height]) {
        expect(side).toBeGreaterThanOrEqual(8);
        expect(side).toBeLessThanOrEqual(16);
      }
      expect(erased).toHaveLength(width * height);
      expect(new Set(erased.map(i => values[i])).size).toBe(1);
    }
  });

  it('keeps contrast and brightness in their ranges', async () => {
    const grey: SampleSource = {
      ...source,
      draw: () => ({
        pixels: Float32Array.from({ length: size * size }, (_, i) => (i % 2 ? 0.4 : 0.6)),
        label: 0,
        view: '',
      }),
    };
    const still = {
      ...geometric,
      rotationDegrees: 0,
      shiftFraction: 0,
      zoom: [1, 1] as [number, number],
      horizontalFlip: false,
    };
    const shading = {
      contrast: 0.25,
      brightness: 0.15,
      erased: { count: 0, side: [0.1, 0.2] as [number, number] },
    };
    const { images } = await drawBatch(
      grey,
      Array.from({ length: 300 }, (_, i) => i),
      1,
      still,
      shading,
    );
    const rows = tf.reshape(images, [300, -1]).arraySync() as number[][];
    const contrasts = rows.map(row => (row[0] - row[1]) / 0.2);
    const brightnesses = rows.map(row => (row[0] + row[1]) / 2 - 0.5);
    expect(Math.min(...contrasts)).toBeGreaterThan(0.7499);
    expect(Math.min(...contrasts)).toBeLessThan(0.77);
    expect(Math.max(...contrasts)).toBeLessThan(1.2501);
    expect(Math.max(...contrasts)).toBeGreaterThan(1.23);
    expect(Math.min(...brightnesses)).toBeGreaterThan(-0.1501);
    expect(Math.min(...brightnesses)).toBeLessThan(-0.14);
    expect(Math.max(...brightnesses)).toBeGreaterThan(0.14);
  });

  it('leaves no tensor behind but its batch', async () => {
    const before = tf.memory().numTensors;
    const { images, truth } = await drawBatch(source, [1, 2], 1, geometric, photometric);
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([images, truth]);
  });
});

describe('validationBatch', () => {
  it('gives the images as they are', async () => {
    const batch = validationBatch(source, [2, 0]);
    expect(batch.shape).toEqual([2, size, size, 1]);
    const [first, second] = tf.unstack(batch).map(t => [...t.dataSync()]);
    expect(first).toEqual([...source.draw(2).pixels]);
    expect(second).toEqual([...source.draw(0).pixels]);
  });
});
