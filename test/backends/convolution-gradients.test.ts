import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { relativeError, seededTensor } from './helpers';
import { outputShape, referenceConvolution } from './reference-convolution';
import type { ConvolutionCase } from './reference-convolution';

const cases: ConvolutionCase[] = [];
for (const stride of [1, 2, 3]) {
  for (const pad of ['same', 'valid', 1] as const) {
    for (const size of [1, 2, 3, 5]) {
      for (const [channels, out] of [
        [1, 3],
        [3, 8],
        [4, 16],
        [6, 9],
        [16, 12],
      ]) {
        cases.push({ input: [2, 9, 11, channels], filter: [size, size], out, stride, pad });
      }
    }
  }
}
cases.push(
  // 3×3 filters on enough channels and tiles for Winograd's algorithm: even, odd and lopsided sizes, all paddings.
  { input: [2, 8, 10, 16], filter: [3, 3], out: 16, stride: 1, pad: 'same' },
  { input: [3, 7, 9, 24], filter: [3, 3], out: 32, stride: 1, pad: 'same' },
  { input: [3, 7, 10, 16], filter: [3, 3], out: 24, stride: 1, pad: 'valid' },
  {
    input: [1, 27, 13, 32],
    filter: [3, 3],
    out: 16,
    stride: 1,
    pad: [
      [0, 0],
      [2, 0],
      [0, 2],
      [0, 0],
    ],
  },
  { input: [2, 34, 30, 16], filter: [3, 3], out: 40, stride: 1, pad: 'same' },
  // Several blocks of larger tiles.
  { input: [6, 7, 7, 256], filter: [3, 3], out: 16, stride: 1, pad: 'same' },
  // The stem of a residual network, a wide layer (several panels and inner blocks), many rows, odd geometry.
  { input: [2, 33, 31, 1], filter: [7, 7], out: 32, stride: 2, pad: 'same' },
  { input: [2, 7, 7, 256], filter: [3, 3], out: 72, stride: 1, pad: 'same' },
  { input: [1, 64, 66, 8], filter: [3, 3], out: 8, stride: 1, pad: 'same' },
  { input: [3, 14, 10, 20], filter: [1, 5], out: 17, stride: [2, 1], pad: 'same' },
  {
    input: [2, 12, 13, 8],
    filter: [4, 3],
    out: 8,
    stride: [1, 2],
    pad: [
      [0, 0],
      [2, 1],
      [0, 3],
      [0, 0],
    ],
  },
  { input: [1, 600, 3, 2], filter: [3, 3], out: 2, stride: 1, pad: 'same' },
);

function title({ input, filter, out, stride, pad }: ConvolutionCase): string {
  return `${input.join('x')} * ${filter.join('x')}x${out} stride ${String(stride)} pad ${JSON.stringify(pad)}`;
}

describe('convolution and its gradients on wasm', () => {
  beforeAll(() => prepareNodeBackend('wasm'));

  it.each(cases.map(c => [title(c), c] as const))('agree with their definition: %s', (_, c) => {
    tf.tidy(() => {
      const x = seededTensor(c.input, 1) as tf.Tensor4D;
      const w = seededTensor([...c.filter, c.input[3], c.out], 2) as tf.Tensor4D;
      const dy = seededTensor(outputShape(c), 3);
      const f = (a: tf.Tensor, b: tf.Tensor) =>
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, c.stride, c.pad);
      const [dx, dw] = tf.grads(f)([x, w], dy);
      const values = (tensor: tf.Tensor) => tensor.dataSync() as Float32Array;
      const expected = referenceConvolution(c, values(x), values(w), values(dy));
      expect(relativeError(values(f(x, w)), expected.y)).toBeLessThan(1e-5);
      expect(relativeError(values(dx), expected.dx)).toBeLessThan(1e-5);
      expect(relativeError(values(dw), expected.dw)).toBeLessThan(1e-5);
    });
  });

  it('rounds less where gradients are recorded', () => {
    const c: ConvolutionCase = { input: [2, 28, 28, 64], filter: [3, 3], out: 64, stride: 1, pad: 'same' };
    tf.tidy(() => {
      const x = seededTensor(c.input, 1) as tf.Tensor4D;
      const w = seededTensor([3, 3, 64, 64], 2) as tf.Tensor4D;
      const [xs, ws] = [x, w].map(tensor => tensor.dataSync<'float32'>());
      const { y } = referenceConvolution(c, xs, ws, new Float32Array(tf.util.sizeFromShape(outputShape(c))));
      const seen: Float32Array[] = [];
      const recorded = tf.grad(image => {
        const value = tf.conv2d(image as tf.Tensor4D, w, 1, 'same');
        seen.push(value.dataSync<'float32'>().slice());
        return value;
      });
      recorded(x);
      const plain = tf.conv2d(x, w, 1, 'same').dataSync<'float32'>();
      expect(relativeError(seen[0], y)).toBeLessThan(1e-6);
      expect(relativeError(plain, y)).toBeLessThan(1e-5);
      expect(relativeError(seen[0], y)).toBeLessThan(relativeError(plain, y));
    });
  });
});
