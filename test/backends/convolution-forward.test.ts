import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { relativeError, seededTensor } from './helpers';

interface Case {
  channels: number;
  out: number;
  size: number;
  stride: number;
  pad: 'same' | 'valid' | number;
}

const cases: Case[] = [];
for (const stride of [1, 2]) {
  for (const pad of ['same', 'valid', 1] as const) {
    for (const size of [1, 3, 7]) {
      for (const [channels, out] of [
        [1, 12],
        [3, 8],
        [16, 1],
        [5, 3],
        [8, 20],
      ]) {
        cases.push({ channels, out, size, stride, pad });
      }
    }
  }
}

/** Enough output pixels for the kernels to take the work over from XNNPACK. */
const image = [4, 24, 21] as const;

function outputs({ channels, out, size, stride, pad }: Case): Float32Array[] {
  return tf.tidy(() => {
    const x = seededTensor([...image, channels], 1) as tf.Tensor4D;
    const filter = seededTensor([size, size, channels, out], 2) as tf.Tensor4D;
    const bias = seededTensor([out], 3) as tf.Tensor1D;
    const plain = tf.conv2d(x, filter, stride, pad);
    const fused = tf.fused.conv2d({ x, filter, strides: stride, pad, bias, activation: 'relu' });
    return [plain, fused].map(tensor => tensor.dataSync() as Float32Array);
  });
}

describe('forward convolution of the wasm kernels', () => {
  const expected = new Map<Case, Float32Array[]>();
  beforeAll(async () => {
    await prepareNodeBackend('cpu');
    for (const c of cases) expected.set(c, outputs(c));
    await prepareNodeBackend('wasm');
  }, 120_000);

  it.each(cases.map(c => [JSON.stringify(c), c] as const))('agrees with the cpu backend: %s', (_, c) => {
    const [plain, fused] = outputs(c);
    expect(relativeError(plain, expected.get(c)![0])).toBeLessThan(1e-5);
    expect(relativeError(fused, expected.get(c)![1])).toBeLessThan(1e-5);
  });

  it('leaves dilation and other activations to the stock kernels', async () => {
    const run = () =>
      tf.tidy(() => {
        const x = seededTensor([...image, 4], 1) as tf.Tensor4D;
        const filter = seededTensor([3, 3, 4, 8], 2) as tf.Tensor4D;
        const dilated = tf.conv2d(x, filter, 1, 'same', 'NHWC', 2);
        const sigmoid = tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', activation: 'sigmoid' });
        return [dilated, sigmoid].map(tensor => tensor.dataSync() as Float32Array);
      });
    const actual = run();
    await prepareNodeBackend('cpu');
    const reference = run();
    await prepareNodeBackend('wasm');
    actual.forEach((values, i) => expect(relativeError(values, reference[i])).toBeLessThan(1e-5));
  });
});
