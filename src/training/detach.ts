import * as tf from '@tensorflow/tfjs';

/**
 * Computes without being recorded: no gradient passes, and nothing is spent on one.
 *
 * @param compute makes one tensor of tensors that may be recorded themselves
 */
export function detach<T extends tf.Tensor>(compute: () => T): T {
  const unrecorded = tf.customGrad(() => ({ value: tf.tidy(() => tf.clone(compute())), gradFunc: () => [] }));
  return unrecorded() as T;
}
