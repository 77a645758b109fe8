import * as tf from '@tensorflow/tfjs';

/** Of the squared deviations, so that a map of nothing has a correlation of 0 and a gradient that is finite. */
const least = 1e-10;

/** Maps without their mean and of length 1: the product of two is their correlation (Pearson). @param maps [N, h, w] @returns [N, h · w] */
export function standardised(maps: tf.Tensor3D): tf.Tensor2D {
  const values = tf.reshape(maps, [maps.shape[0], -1]);
  const deviations = tf.sub(values, tf.mean(values, 1, true));
  return tf.div(deviations, tf.sqrt(tf.add(tf.sum(tf.square(deviations), 1, true), least)));
}

/** Augmentation mirrors films; their maps are mirrored back, else the same side of each would look different. @param maps [N, h, w] */
export function mirroredBack(maps: tf.Tensor3D, mirrored: readonly boolean[]): tf.Tensor3D {
  const mask = tf.tensor3d(mirrored.map(Number), [mirrored.length, 1, 1]);
  return tf.add(tf.mul(tf.reverse(maps, 2), mask), tf.mul(maps, tf.sub(1, mask)));
}

/** 1 for each pair of two images that count, else 0. @param counts [N], boolean @returns [N, N] */
export function pairsOf(counts: tf.Tensor1D): tf.Tensor2D {
  const [count] = counts.shape;
  const ones = tf.reshape(tf.cast(counts, 'float32'), [count, 1]);
  return tf.mul(tf.matMul(ones, ones, false, true), tf.sub(1, tf.eye(count)));
}
