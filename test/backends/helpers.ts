import * as tf from '@tensorflow/tfjs';

/** Values in [-1, 1) from a small linear congruential generator, equal on every backend. */
export function seededTensor(shape: number[], seed: number): tf.Tensor {
  let state = seed * 7919 + 13;
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return tf.tensor(values, shape, 'float32');
}

/** Largest absolute difference over the largest absolute expected value; infinite where lengths or NaNs differ. */
export function relativeError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let scale = 1e-12;
  for (let i = 0; i < actual.length; i++) {
    if (Number.isNaN(actual[i])) return Infinity;
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return difference / scale;
}
