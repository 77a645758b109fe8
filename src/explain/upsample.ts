import * as tf from '@tensorflow/tfjs';

/**
 * Bilinear up-sampling of coarse masks by two matrix products: differentiable on every backend (tfjs's wasm backend has no
 * gradient of its own resizing). Half-pixel centres, the border repeated.
 *
 * @param masks [N, h, h]
 * @param size side of the result, pixels
 * @returns [N, size, size, 1]; the caller disposes
 */
export function upsampleMasks(masks: tf.Tensor3D, size: number): tf.Tensor4D {
  return tf.tidy(() => {
    const [count, height, width] = masks.shape;
    const matrix = interpolation(height, size); // [h, S]
    const across = tf.reshape(tf.matMul(tf.reshape(masks, [count * height, width]), matrix), [
      count,
      height,
      size,
    ]);
    const turned = tf.reshape(tf.transpose(across, [0, 2, 1]), [count * size, height]);
    const down = tf.reshape(tf.matMul(turned, matrix), [count, size, size]);
    return tf.expandDims(tf.transpose(down, [0, 2, 1]), 3) as tf.Tensor4D;
  });
}

/**
 * Bilinear up-sampling of one value a cell, by the backend's own resizing: not to be derived. Half-pixel centres.
 *
 * @param cells [N, h, w, 1]
 * @returns [N, height, width]; left to the surrounding tf.tidy
 */
export function upsampleCells(cells: tf.Tensor4D, height: number, width: number): tf.Tensor3D {
  return tf.image.resizeBilinear(cells, [height, width], false, true).squeeze<tf.Tensor3D>([3]);
}

/** Weights of `from` coarse points in each of `to` fine ones, [from, to]. */
function interpolation(from: number, to: number): tf.Tensor2D {
  const weights = new Float32Array(from * to);
  for (let fine = 0; fine < to; fine++) {
    const at = Math.min(from - 1, Math.max(0, ((fine + 0.5) * from) / to - 0.5));
    const first = Math.floor(at);
    const share = at - first;
    weights[first * to + fine] += 1 - share;
    weights[Math.min(from - 1, first + 1) * to + fine] += share;
  }
  return tf.tensor2d(weights, [from, to]);
}
