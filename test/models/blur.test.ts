import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { gaussianBlur } from '../../src/models/blur';

describe.each(['cpu', 'wasm'] as const)('gaussianBlur on %s', backend => {
  it('spreads a point as the normalised product of two bells, and keeps a flat image', async () => {
    await prepareNodeBackend(backend);
    const size = 31;
    const point = new Float32Array(size * size);
    point[15 * size + 15] = 1;
    const blurred = gaussianBlur(tf.tensor4d(point, [1, size, size, 1]), 2).dataSync();
    const bell = Array.from({ length: 13 }, (_, i) => Math.exp(-((i - 6) ** 2) / 8));
    const sum = bell.reduce((a, b) => a + b);
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [2, -3],
      [6, 6],
      [7, 0],
    ]) {
      const expected = ((bell[6 + dx] ?? 0) * (bell[6 + dy] ?? 0)) / sum ** 2;
      expect(blurred[(15 + dy) * size + 15 + dx]).toBeCloseTo(expected, 6);
    }
    const flat = gaussianBlur(tf.fill([2, 9, 9, 1], 0.7), 2).dataSync();
    for (const value of flat) expect(value).toBeCloseTo(0.7, 5);
  });

  it('repeats the border', async () => {
    await prepareNodeBackend(backend);
    // An edge between rows: columns stay alike up to the border.
    const image = tf.tensor4d(
      Array.from({ length: 64 }, (_, i) => (i < 32 ? 0 : 1)),
      [1, 8, 8, 1],
    );
    const blurred = gaussianBlur(image, 1).dataSync();
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) expect(blurred[8 * y + x]).toBeCloseTo(blurred[8 * y], 5);
      expect(blurred[8 * y] + blurred[8 * (7 - y)]).toBeCloseTo(1, 5);
    }
  });
});
