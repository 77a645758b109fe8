import * as tf from '@tensorflow/tfjs';

/** Mean over channels, [N, H, W, C] → [N, H, W]; what turns a three-channel difference into one map. */
export function channelMean(values: tf.Tensor4D): tf.Tensor3D {
  return values.shape[3] === 1 ? values.squeeze<tf.Tensor3D>([3]) : tf.mean(values, 3);
}

/** Channel mean of |a − b|, [N, H, W]. */
export function differenceMap(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor3D {
  return tf.tidy(() => channelMean(tf.abs(tf.sub(a, b))));
}
