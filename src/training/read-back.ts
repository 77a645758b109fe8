import * as tf from '@tensorflow/tfjs';

/**
 * The values of a computed tensor, read so that GPU backends can too (they cannot read synchronously in Node); everything
 * the computation makes is disposed.
 */
export async function valuesOf(compute: () => tf.Tensor): Promise<Float32Array> {
  const [values] = await allValuesOf(() => [compute()]);
  return values;
}

/** {@link valuesOf} of several tensors. */
export async function allValuesOf(compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  const tensors = tf.tidy(compute);
  try {
    return await Promise.all(tensors.map(async tensor => (await tensor.data()) as Float32Array));
  } finally {
    tf.dispose(tensors);
  }
}
