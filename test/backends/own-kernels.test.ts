import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { keepsFilters } from '../../src/backends/kernels/packed-filters';
import {
  asWasm,
  hasKernels,
  installKernels,
  kernelsOf,
  withScratch,
} from '../../src/backends/kernels/module';
import { restoreStockKernels } from '../../src/backends/kernels/register';
import { chooseKernels } from '../../src/backends/own-kernels';
import { prepareNodeBackend } from '../../src/backends/node';
import { relativeError, seededTensor } from './helpers';

const stockConvolution = (): tf.KernelFunc | undefined => tf.getKernel('FusedConv2D', 'wasm')?.kernelFunc;

describe('the choice between own and stock kernels', () => {
  beforeEach(async () => {
    await prepareNodeBackend('wasm');
    restoreStockKernels();
  });

  it('takes the own ones where they agree, and leaves no tensor behind', async () => {
    const stock = stockConvolution();
    const before = tf.memory().numTensors;
    const choice = await chooseKernels();
    // Which is faster depends on what else runs; a right choice is either.
    expect(choice.kernels === 'own' ? hasKernels() : !hasKernels()).toBe(true);
    expect(stockConvolution() === stock).toBe(choice.kernels === 'stock');
    if (choice.kernels === 'own') expect(choice.times).toBeGreaterThanOrEqual(1);
    else expect(choice.reason).toBe('slower');
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    'convolveGrid',
    'winogradForward',
    'largeWinogradForward',
    'copyBlocks',
    'batchNormForward',
    'scatterTaps',
  ] as const)('keeps the stock ones where %s is wrong', async name => {
    const stock = stockConvolution();
    await installKernels(tf.backend());
    const exports = { ...kernelsOf(tf.backend()) };
    restoreStockKernels();
    vi.spyOn(WebAssembly, 'instantiate').mockResolvedValueOnce({
      instance: { exports: { ...exports, [name]: () => undefined } },
    } as never);
    const choice = await chooseKernels();
    expect(choice).toMatchObject({ kernels: 'stock', reason: expect.stringMatching(/^(wrong|failed)$/) });
    expect(stockConvolution()).toBe(stock);
    expect(hasKernels()).toBe(false);
  });

  it('keeps the stock ones where the engine knows no SIMD', async () => {
    vi.spyOn(WebAssembly, 'instantiate').mockRejectedValueOnce(new Error('invalid value type'));
    expect(await chooseKernels()).toEqual({
      kernels: 'stock',
      reason: 'failed',
      detail: 'invalid value type',
    });
  });
});

describe('kept packed filters', () => {
  it('are those of the tensor, whatever takes its place, and go with it', async () => {
    await prepareNodeBackend('wasm', { keepFilters: true });
    const backend = asWasm(tf.backend());
    expect(keepsFilters(backend)).toBe(true);
    const x = seededTensor([1, 12, 12, 32], 1) as tf.Tensor4D;
    const run = (filter: tf.Tensor4D): Float32Array =>
      tf.tidy(() => tf.conv2d(x, filter, 1, 'same').dataSync<'float32'>().slice());
    const expected: Float32Array[] = [];
    await prepareNodeBackend('cpu');
    for (const seed of [2, 3])
      expected.push(tf.tidy(() => run(seededTensor([3, 3, 32, 16], seed) as tf.Tensor4D)));
    await prepareNodeBackend('wasm');
    const free = vi.spyOn(backend.wasm, '_free');
    const freedBy = (tensor: tf.Tensor): number => {
      const before = free.mock.calls.length;
      tensor.dispose();
      return free.mock.calls.length - before;
    };
    const alone = freedBy(seededTensor([3, 3, 32, 16], 4));
    for (const [k, seed] of [2, 3].entries()) {
      const filter = seededTensor([3, 3, 32, 16], seed) as tf.Tensor4D;
      expect(relativeError(run(filter), expected[k])).toBeLessThan(1e-5);
      expect(relativeError(run(filter), expected[k])).toBeLessThan(1e-5);
      expect(freedBy(filter)).toBe(alone + 1);
    }
    free.mockRestore();
    x.dispose();
  });

  it('follow a tensor that is seen in another shape', async () => {
    await prepareNodeBackend('wasm', { keepFilters: true });
    const filter = seededTensor([1, 1, 32, 16], 5) as tf.Tensor4D;
    const wide = filter.reshape<tf.Tensor4D>([1, 1, 16, 32]);
    const [a, b] = [seededTensor([1, 9, 9, 32], 6), seededTensor([1, 9, 9, 16], 7)] as tf.Tensor4D[];
    const run = (): Float32Array[] =>
      tf.tidy(() => [
        tf.conv2d(a, filter, 1, 'same').dataSync<'float32'>().slice(),
        tf.conv2d(b, wide, 1, 'same').dataSync<'float32'>().slice(),
      ]);
    const actual = [run(), run()];
    await prepareNodeBackend('cpu');
    const expected = run();
    await prepareNodeBackend('wasm');
    for (const outputs of actual) {
      outputs.forEach((values, k) => expect(relativeError(values, expected[k])).toBeLessThan(1e-5));
    }
    tf.dispose([filter, wide, a, b]);
  });
});

describe('scratch memory', () => {
  it('is aligned to cache lines', async () => {
    await prepareNodeBackend('wasm');
    withScratch(asWasm(tf.backend()), [4, 100], pointers => {
      expect(pointers.map(pointer => pointer % 64)).toEqual([0, 0]);
    });
  });
});
