import * as tf from '@tensorflow/tfjs';

/**
 * Gaussian blur, mirrored borders being replaced by repeated ones, as two separable convolutions.
 *
 * @param images [N, H, W, C]
 * @param sigma standard deviation in pixels
 * @returns [N, H, W, C]; the caller disposes
 */
export function gaussianBlur(images: tf.Tensor4D, sigma: number): tf.Tensor4D {
  return tf.tidy(() => {
    const radius = Math.ceil(3 * sigma);
    const line = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
    const sum = line.reduce((a, b) => a + b, 0);
    const weights = line.map(value => value / sum);
    const vertical = tf.tensor4d(weights, [line.length, 1, 1, 1]);
    const horizontal = tf.tensor4d(weights, [1, line.length, 1, 1]);
    const channels = tf.split<tf.Tensor4D>(images, images.shape[3], 3).map(channel => {
      const rows = tf.conv2d(repeatBorder(channel, radius, 1), vertical, 1, 'valid');
      return tf.conv2d(repeatBorder(rows, radius, 2), horizontal, 1, 'valid');
    });
    return tf.concat(channels, 3);
  });
}

/** Repeats the first and the last row (axis 1) or column (axis 2) `count` times. */
function repeatBorder(images: tf.Tensor4D, count: number, axis: 1 | 2): tf.Tensor4D {
  const length = images.shape[axis];
  const at = (index: number): tf.Tensor4D => {
    const begin = [0, 0, 0, 0];
    const size = [...images.shape];
    begin[axis] = index;
    size[axis] = 1;
    return tf.slice(images, begin, size);
  };
  const [first, last] = [at(0), at(length - 1)];
  const copies = (edge: tf.Tensor4D): tf.Tensor4D[] => Array.from({ length: count }, () => edge);
  return tf.concat([...copies(first), images, ...copies(last)], axis);
}
