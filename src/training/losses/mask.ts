import * as tf from '@tensorflow/tfjs';

/** Weights of the mask loss; norms are means per pixel. */
export interface MaskWeights {
  /** Of mean(mask) to the power `areaPower`. */
  area: number;
  areaPower: number;
  totalVariation: number;
  /** Of −log p(kept). */
  keep: number;
  /** Of p(destroyed) to the power `destroyPower`. */
  destroy: number;
  destroyPower: number;
}

/**
 * Classification part of the mask loss of Dabkowski & Gal 2017 (arXiv 1705.07857, eq. 3 and 4): the class must stay where
 * the mask keeps the image, −log p(kept), and go where the mask takes it away, p(destroyed)^power.
 *
 * @param kept [N] logits of the decided class on the image inside the mask (its negative for the negative class)
 * @param destroyed [N] the same outside the mask
 * @returns both terms, scalars
 */
export function maskClassificationLoss(
  kept: tf.Tensor1D,
  destroyed: tf.Tensor1D,
  destroyPower: number,
): { keep: tf.Scalar; destroy: tf.Scalar } {
  return tf.tidy(() => ({
    keep: tf.mean(tf.neg(logSigmoid(kept))) as tf.Scalar,
    destroy: tf.mean(tf.exp(tf.mul(logSigmoid(destroyed), destroyPower))) as tf.Scalar,
  }));
}

/**
 * Area term of the mask loss: mean(mask)^power of each mask, so that a small mask has more to gain from getting smaller.
 *
 * @param mask [N, H, W, 1] in [0, 1]
 * @returns scalar
 */
export function maskArea(mask: tf.Tensor4D, power: number): tf.Scalar {
  return tf.tidy(() => {
    const area = tf.mean(mask, [1, 2, 3]);
    // A power below 1 has an infinite slope at 0.
    return tf.mean(tf.exp(tf.mul(tf.log(tf.add(area, 1e-6)), power))) as tf.Scalar;
  });
}

/** log(sigmoid(z)) = min(z, 0) − log(1 + exp(−|z|)). */
function logSigmoid(z: tf.Tensor): tf.Tensor {
  return tf.sub(tf.neg(tf.relu(tf.neg(z))), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(z))))));
}
