import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileKernels } from '../../scripts/build-kernels.mjs';
import { assertHeapBelow, wasmHeapBytes } from '../../src/backends/heap';
import { batchNormTraining } from '../../src/backends/kernels/batch-norm';
import { kernelBinary, WasmMemoryError } from '../../src/backends/kernels/module';
import { prepareNodeBackend } from '../../src/backends/node';
import { seededTensor } from './helpers';

type ReservingBackend = tf.KernelBackend & {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
};

/** Convolution, batch norm with ReLU, pooling, concatenation and their gradients. */
function trainingStep(): Float32Array {
  return tf.tidy(() => {
    const x = seededTensor([2, 32, 32, 3], 1) as tf.Tensor4D;
    const filter = seededTensor([3, 3, 3, 8], 2) as tf.Tensor4D;
    const one = tf.ones([8]) as tf.Tensor1D;
    const f = (w: tf.Tensor) => {
      const { y } = batchNormTraining(tf.conv2d(x, w as tf.Tensor4D, 2, 'same'), one, one, 1e-3, {
        relu: true,
      });
      return tf.mean(
        tf.square(tf.concat([tf.avgPool(y, 2, 2, 'valid'), tf.avgPool(tf.relu(y), 2, 2, 'valid')], 3)),
      );
    };
    return tf.grad(f)(filter).dataSync() as Float32Array;
  });
}

describe('memory of the wasm backend', () => {
  beforeAll(() => prepareNodeBackend('wasm'));

  it('is given back after every step', () => {
    trainingStep();
    const before = {
      tensors: tf.memory().numTensors,
      buffers: tf.memory().numDataBuffers,
      heap: wasmHeapBytes(),
    };
    // A leak of one scratch buffer (a few KiB) a step would make the heap grow by now.
    for (let i = 0; i < 300; i++) trainingStep();
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(tf.memory().numDataBuffers).toBe(before.buffers);
    expect(wasmHeapBytes()).toBeLessThanOrEqual(before.heap);
  }, 300_000);

  it('may grow without changing a result', () => {
    const before = trainingStep();
    const heap = wasmHeapBytes();
    const large = tf.zeros([heap / 4]);
    expect(wasmHeapBytes()).toBeGreaterThan(heap);
    expect([...trainingStep()]).toEqual([...before]);
    large.dispose();
    expect([...trainingStep()]).toEqual([...before]);
  });

  it('is checked against a limit, naming the micro-batch that fits', () => {
    const heap = wasmHeapBytes();
    expect(heap).toBeGreaterThan(0);
    expect(() => assertHeapBelow(heap, 8)).not.toThrow();
    expect(() => assertHeapBelow(heap / 2, 8)).toThrow(/8 images at once: give --micro-batch 4/);
    expect(() => assertHeapBelow(heap - 1, 1)).toThrow(/narrower network/);
  });

  it('may lie beyond 2 GiB, where addresses no longer fit a signed integer', () => {
    const before = trainingStep();
    const backend = tf.backend() as ReservingBackend;
    // Reserves address space only: the pages are never touched.
    const reserved = Array.from({ length: 5 }, () => backend.makeOutput([2 ** 27], 'float32'));
    expect(wasmHeapBytes()).toBeGreaterThan(2 ** 31 + 2 ** 28);
    expect([...trainingStep()]).toEqual([...before]);
    for (const { dataId } of reserved) backend.disposeData(dataId);
  });

  // Last in this file, for the backend cannot be used afterwards.
  it('ends with a clear error when it is exhausted, and stays refused', () => {
    const backend = tf.backend() as ReservingBackend;
    const reserve = () => backend.makeOutput([2 ** 27], 'float32');
    // 4 GiB hold at most seven blocks of 512 MiB.
    expect(() => Array.from({ length: 8 }, reserve)).toThrow(WasmMemoryError);
    expect(reserve).toThrow(/smaller batch/);
    expect(() => trainingStep()).toThrow(WasmMemoryError);
  });
});

describe('the embedded kernels', () => {
  it('are built from the sources at hand', async () => {
    const embedded = Buffer.from(await kernelBinary());
    expect(embedded.equals(await compileKernels()), 'run node scripts/build-kernels.mjs').toBe(true);
  }, 300_000);
});
