import * as tf from '@tensorflow/tfjs';
import { registerKernels, restoreStockKernels } from './kernels/register';
import { selfTestError, values } from './self-test';

/** Largest error against the stock kernels, over the largest value: both are float32, with sums in another order. */
const tolerance = 1e-4;

/** Which kernels the wasm backend runs. */
export interface KernelChoice {
  kernels: 'own' | 'stock';
  /** For people: why these. */
  reason: string;
}

/**
 * Puts this project's SIMD kernels in the place of the stock ones on the current wasm backend, for networks that are only run,
 * where they load, agree with the stock ones on every operation that the networks use, and are not slower. Otherwise the stock
 * kernels stay. Takes some hundredths of a second.
 */
export async function chooseKernels(): Promise<KernelChoice> {
  const expected = forward();
  const stock = milliseconds();
  try {
    await registerKernels({ keepFilters: true });
    const error = selfTestError(forward(), expected);
    if (!(error <= tolerance))
      return keepStock(`own kernels differ from the stock ones by ${error.toPrecision(2)}`);
  } catch (error) {
    return keepStock(`own kernels do not run: ${(error as Error).message}`);
  }
  // Their code was compiled just now and is optimised while it runs; other work only ever adds time.
  let own = milliseconds();
  for (let round = 1; own > stock && round < 5; round++) own = Math.min(own, milliseconds());
  if (own > stock) return keepStock('own kernels are slower here');
  return {
    kernels: 'own',
    reason: `own kernels, ${(stock / own).toFixed(1)} times as fast as the stock ones in a test`,
  };
}

function keepStock(reason: string): KernelChoice {
  restoreStockKernels();
  return { kernels: 'stock', reason };
}

/** Every forward operation that is replaced, in the forms that each kernel tells apart. */
function forward(): Float32Array[] {
  const tensors = tf.tidy(() => {
    const image = values([1, 32, 32, 1], 1) as tf.Tensor4D;
    const conv = (
      x: tf.Tensor4D,
      side: number,
      out: number,
      strides: number,
      activation?: 'relu',
    ): tf.Tensor4D =>
      tf.fused.conv2d({
        x,
        filter: values([side, side, x.shape[3], out], side * out + strides) as tf.Tensor4D,
        strides,
        pad: 'same',
        bias: values([out], out) as tf.Tensor1D,
        activation,
      });
    const rows = conv(image, 7, 16, 2, 'relu');
    const winograd = conv(rows, 3, 24, 1, 'relu');
    const taps = conv(winograd, 3, 20, 2);
    const pointwise = conv(winograd, 1, 12, 1, 'relu');
    const few = conv(winograd, 3, 1, 1);
    const transposed = tf.conv2dTranspose(
      taps,
      values([4, 4, 8, 20], 9) as tf.Tensor4D,
      [1, 16, 16, 8],
      2,
      'same',
    );
    const joined = tf.concat([transposed, pointwise], 3);
    const parts = tf.split(joined, [3, 17], 3);
    const factor = (seed: number): tf.Tensor1D => tf.add(values([20], seed), 1.5);
    const normal = tf.batchNorm4d(
      joined,
      values([20], 4) as tf.Tensor1D,
      factor(5),
      values([20], 6) as tf.Tensor1D,
      factor(7),
    );
    const padded = tf.pad(
      few,
      [
        [0, 0],
        [1, 2],
        [2, 1],
        [0, 0],
      ],
      0.5,
    );
    const cut = tf.slice(padded, [0, 1, 0, 0], [1, 9, 17, 1]);
    return [rows, winograd, taps, pointwise, few, transposed, joined, ...parts, normal, padded, cut];
  });
  return read(tensors);
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
