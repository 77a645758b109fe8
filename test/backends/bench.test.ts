import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { measureStep } from '../../src/backends/bench';
import { prepareNodeBackend } from '../../src/backends/node';

it('counts the calls and operations of a step and restores the kernels', async () => {
  await prepareNodeBackend('wasm');
  const x = tf.ones([2, 20, 20, 3]) as tf.Tensor4D;
  const filter = tf.ones([3, 3, 3, 8]) as tf.Tensor4D;
  const before = tf.getKernel('Conv2D', 'wasm').kernelFunc;
  const measured = measureStep(() => tf.dispose(tf.conv2d(x, filter, 2, 'same')), 4);
  const conv = measured.kernels.find(kernel => kernel.name === 'Conv2D');
  expect(conv?.calls).toBe(1);
  // 2 images × 10 × 10 output pixels × 27 × 8 weights, a multiplication and an addition each.
  expect((conv!.gigaflops! * conv!.milliseconds) / 1e-6).toBeCloseTo(2 * 200 * 216, 0);
  expect(measured.milliseconds).toBeGreaterThan(0);
  expect(measured.heapBytes).toBeGreaterThan(0);
  expect(tf.getKernel('Conv2D', 'wasm').kernelFunc).toBe(before);
});
