import * as tf from '@tensorflow/tfjs';

/**
 * Binary cross-entropy of logits against soft targets, element by element:
 * max(z, 0) − z·t + log(1 + exp(−|z|)), which never overflows.
 *
 * @param logits any shape
 * @param targets same shape, in [0, 1]
 * @returns same shape
 */
export function binaryCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const tail = tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(logits)))));
    return tf.add(tf.sub(tf.relu(logits), tf.mul(logits, targets)), tail);
  });
}
