import * as tf from '@tensorflow/tfjs';

/**
 * Carlini–Wagner loss of images that shall be called another class than i, paper eq. (10):
 * max(z_i − max_{j≠i} z_j, −κ), image by image.
 *
 * @param logits [N, K]
 * @param classes [N, K], 1 at class i of each image, else 0; no gradient flows into it
 * @param margin κ ≥ 0: how far, in logits, another class must lead before the loss stops falling
 * @returns [N]
 */
export function adversarialMargin(logits: tf.Tensor2D, classes: tf.Tensor2D, margin: number): tf.Tensor1D {
  return tf.tidy(() => tf.maximum(logitMargin(logits, classes), -margin) as tf.Tensor1D);
}

/**
 * Carlini–Wagner loss of images that shall be called class i, paper eq. (10): max(max_{j≠i} z_j − z_i, −κ), image by
 * image. Parameters as for {@link adversarialMargin}.
 */
export function similarMargin(logits: tf.Tensor2D, classes: tf.Tensor2D, margin: number): tf.Tensor1D {
  return tf.tidy(() => tf.maximum(tf.neg(logitMargin(logits, classes)), -margin) as tf.Tensor1D);
}

/** z_i − max_{j≠i} z_j, by how much class i leads. @returns [N] */
export function logitMargin(logits: tf.Tensor2D, classes: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => {
    const own = tf.sum(tf.mul(logits, classes), 1);
    // Far below any logit, so that class i is never the largest of the others.
    const others = tf.max(tf.sub(logits, tf.mul(classes, 1e9)), 1);
    return tf.sub(own, others) as tf.Tensor1D;
  });
}
