import * as tf from '@tensorflow/tfjs';

/** log(sigmoid(z)) = min(z, 0) − log(1 + exp(−|z|)), element by element; never overflows. */
export function logSigmoid(z: tf.Tensor): tf.Tensor {
  return tf.sub(tf.neg(tf.relu(tf.neg(z))), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(z))))));
}
