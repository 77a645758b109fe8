import * as tf from '@tensorflow/tfjs';

/**
 * Least-squares loss of a discriminator's scores (Mao et al. 2017, arXiv 1611.04076): mean over patches of (D − target)², of
 * each image in its own domain.
 *
 * @param scores [N, P, P, K], K domains
 * @param domains [N, K], 1 at the domain of each image, else 0
 * @param target 1 for images to be taken as real, 0 for generated ones
 * @returns scalar, mean over images
 */
export function realismLoss(scores: tf.Tensor4D, domains: tf.Tensor2D, target: 0 | 1): tf.Scalar {
  return tf.tidy(() => {
    const perDomain = tf.mean(tf.squaredDifference(scores, target), [1, 2]);
    return tf.mean(tf.sum(tf.mul(perDomain, domains), 1)) as tf.Scalar;
  });
}

/**
 * The domain of each image: its decision among images of its view, so that "healthy" is not learnt as "taken standing".
 *
 * @param decisions [N], 0 or 1
 * @param views [N, V], 1 at the view of each image, else 0
 * @returns [N, 2 · V], 1 at the domain of each image, else 0
 */
export function domainsOf(decisions: tf.Tensor1D, views: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const positive = tf.reshape(decisions, [-1, 1]);
    return tf.concat([tf.mul(views, tf.sub(1, positive)), tf.mul(views, positive)], 1) as tf.Tensor2D;
  });
}
