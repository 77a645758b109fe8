import * as tf from '@tensorflow/tfjs';
import type { KernelReport } from './browser-choice';
import { forwardOperations } from './forward-test';
import { registerKernels, restoreStockKernels } from './kernels/register';
import { selfTestError, values } from './self-test';

/** Largest error against the stock kernels, over the largest value: both are float32, with sums in another order. */
const tolerance = 1e-4;

/**
 * Puts this project's SIMD kernels in the place of the stock ones on the current wasm backend, for networks that are only run,
 * where they load, agree with the stock ones on every operation that the networks use, and are not slower. Otherwise the stock
 * kernels stay. Takes some hundredths of a second.
 */
export async function chooseKernels(): Promise<KernelReport> {
  const expected = read(forwardOperations());
  const stock = milliseconds();
  try {
    await registerKernels({ keepFilters: true });
    const error = selfTestError(read(forwardOperations()), expected);
    if (!(error <= tolerance)) return keepStock('wrong', error.toPrecision(2));
  } catch (error) {
    return keepStock('failed', (error as Error).message);
  }
  // Their code was compiled just now and is optimised while it runs; other work only ever adds time.
  let own = milliseconds();
  for (let round = 1; own > stock && round < 5; round++) own = Math.min(own, milliseconds());
  if (own > stock) return keepStock('slower');
  return { kernels: 'own', times: stock / own };
}

function keepStock(
  reason: Extract<KernelReport, { kernels: 'stock' }>['reason'],
  detail?: string,
): KernelReport {
  restoreStockKernels();
  return { kernels: 'stock', reason, detail };
}

/** Milliseconds of the convolutions that the networks spend their time in; the fastest of a few runs. */
function milliseconds(): number {
  const [x, filter] = [values([1, 28, 28, 64], 1) as tf.Tensor4D, values([3, 3, 64, 64], 2) as tf.Tensor4D];
  const times = Array.from({ length: 6 }, () => {
    const begun = performance.now();
    read([tf.tidy(() => tf.relu(tf.conv2d(tf.relu(tf.conv2d(x, filter, 1, 'same')), filter, 1, 'same')))]);
    return performance.now() - begun;
  });
  tf.dispose([x, filter]);
  return Math.min(...times);
}

/** On wasm, values can be read at once. */
function read(tensors: tf.Tensor[]): Float32Array[] {
  const arrays = tensors.map(tensor => tensor.dataSync<'float32'>());
  tf.dispose(tensors);
  return arrays;
}
