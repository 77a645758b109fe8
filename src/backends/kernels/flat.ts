import * as tf from '@tensorflow/tfjs';
import { asWasm, floatView, kernelsOf, withScratch } from './module';

/**
 * Values that pass through the heap at a time, so that they stay in the second-level cache. The vectors lie in memory
 * shared by workers, which the module cannot reach; whole blocks are copied fast where their places are even.
 */
const BLOCK = 8192;

/** The vectors of an AdamW step, of one length each. */
export interface AdamVectors {
  parameters: Float32Array;
  moment1: Float32Array;
  moment2: Float32Array;
  average: Float32Array;
  /** Rows whose sum is the gradient. */
  contributions: readonly Float32Array[];
}

/** The numbers of an AdamW step. */
export interface AdamNumbers {
  beta1: number;
  beta2: number;
  /** Learning rate over the correction of the first moment. */
  rate: number;
  /** What the root of the second moment is divided by. */
  correction2: number;
  epsilon: number;
  /** Share of a weight that decay takes off. */
  decay: number;
  /** Share of the average that stays. */
  keep: number;
}

/** A step of AdamW and of the moving average on the values [from, to), in float32 on the current wasm backend. */
export function adamWithKernels(
  { parameters, moment1, moment2, average, contributions }: AdamVectors,
  from: number,
  to: number,
  { beta1, beta2, rate, correction2, epsilon, decay, keep }: AdamNumbers,
): void {
  const backend = asWasm(tf.backend());
  const kernels = kernelsOf(backend);
  const state = [parameters, moment1, moment2, average];
  withScratch(backend, Array<number>(6).fill(BLOCK * 4), ([sum, row, ...places]) => {
    for (let start = from; start < to; start += BLOCK) {
      const count = Math.min(BLOCK, to - start);
      const take = (vector: Float32Array, pointer: number): void =>
        floatView(backend, pointer, count).set(vector.subarray(start, start + count));
      take(contributions[0], sum);
      for (const other of contributions.slice(1)) {
        take(other, row);
        kernels.scaleInto(row, sum, count, 1, 1);
      }
      state.forEach((vector, k) => take(vector, places[k]));
      const [p, m1, m2, mean] = places;
      kernels.adamStep(
        sum,
        p,
        m1,
        m2,
        mean,
        count,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        rate,
        1 / correction2,
        epsilon,
        decay,
        keep,
        1 - keep,
      );
      state.forEach((vector, k) => vector.set(floatView(backend, places[k], count), start));
    }
  });
}

/**
 * Writes `factor` times values of the current wasm backend's heap into `target` from `start` on, or adds them.
 *
 * @param values a view of the heap
 */
export function scaleWithKernels(
  values: Float32Array,
  target: Float32Array,
  start: number,
  factor: number,
  accumulate: boolean,
): void {
  const backend = asWasm(tf.backend());
  const kernels = kernelsOf(backend);
  const { byteOffset, length } = values;
  withScratch(backend, [BLOCK * 4], ([block]) => {
    for (let i = 0; i < length; i += BLOCK) {
      const count = Math.min(BLOCK, length - i);
      const view = floatView(backend, block, count);
      if (accumulate) view.set(target.subarray(start + i, start + i + count));
      kernels.scaleInto(byteOffset + 4 * i, block, count, factor, accumulate ? 1 : 0);
      target.set(view, start + i);
    }
  });
}
