import * as tf from '@tensorflow/tfjs';

/**
 * Generator distance W, paper eq. (8): the sum of squared differences of paired weights.
 *
 * @param pairs weights of the similar and of the adversarial branch
 * @returns scalar
 */
export function weightDistance(pairs: readonly (readonly [tf.Tensor, tf.Tensor])[]): tf.Scalar {
  return tf.tidy(() => {
    const terms = pairs.map(([a, b]) => tf.sum(tf.square(tf.sub(a, b))));
    return (terms.length > 0 ? tf.addN(terms) : tf.scalar(0)) as tf.Scalar;
  });
}
