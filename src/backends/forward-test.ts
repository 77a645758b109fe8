import * as tf from '@tensorflow/tfjs';
import { values } from './self-test';

/** Every forward operation of the networks, in the forms that a kernel may tell apart. The caller disposes. */
export function forwardOperations(): tf.Tensor[] {
  return tf.tidy(() => {
    const image = values([1, 32, 32, 1], 1) as tf.Tensor4D;
    const conv = (
      x: tf.Tensor4D,
      side: number,
      out: number,
      strides: number,
      activation?: 'relu',
    ): tf.Tensor4D =>
      tf.fused.conv2d({
        x,
        filter: values([side, side, x.shape[3], out], side * out + strides) as tf.Tensor4D,
        strides,
        pad: 'same',
        bias: values([out], out) as tf.Tensor1D,
        activation,
      });
    const rows = conv(image, 7, 16, 2, 'relu');
    const winograd = conv(rows, 3, 24, 1, 'relu');
    const taps = conv(winograd, 3, 20, 2);
    const fewTiles = conv(taps, 3, 24, 1);
    const pointwise = conv(winograd, 1, 12, 1, 'relu');
    const few = conv(winograd, 3, 1, 1);
    const transposed = tf.conv2dTranspose(
      taps,
      values([4, 4, 8, 20], 9) as tf.Tensor4D,
      [1, 16, 16, 8],
      2,
      'same',
    );
    const joined = tf.concat([transposed, pointwise], 3);
    const parts = tf.split(joined, [3, 17], 3);
    const factor = (seed: number): tf.Tensor1D => tf.add(values([20], seed), 1.5);
    const normal = tf.batchNorm4d(
      joined,
      values([20], 4) as tf.Tensor1D,
      factor(5),
      values([20], 6) as tf.Tensor1D,
      factor(7),
    );
    const padded = tf.pad(
      few,
      [
        [0, 0],
        [1, 2],
        [2, 1],
        [0, 0],
      ],
      0.5,
    );
    const cut = tf.slice(padded, [0, 1, 0, 0], [1, 9, 17, 1]);
    return [
      rows,
      winograd,
      taps,
      fewTiles,
      pointwise,
      few,
      transposed,
      joined,
      ...parts,
      normal,
      padded,
      cut,
    ];
  });
}

/**
 * Besides, what explanations need: averaging's transforms, up-sampling, pooling, and the derivative of a small classifier by its
 * image. The caller disposes.
 */
function otherOperations(): tf.Tensor[] {
  return tf.tidy(() => {
    const image = values([2, 24, 24, 4], 11) as tf.Tensor4D;
    const [first, second] = [[3, 3, 4, 8] as const, [3, 3, 8, 16] as const].map(
      (shape, k) => tf.mul(values([...shape], 12 + k), 0.3) as tf.Tensor4D,
    );
    const dense = values([16, 1], 14) as tf.Tensor2D;
    const logit = (x: tf.Tensor): tf.Scalar => {
      const a = tf.relu(tf.conv2d(x as tf.Tensor4D, first, 1, 'same'));
      const b = tf.relu(tf.conv2d(tf.avgPool(a, 2, 2, 'same'), second, 2, 'same'));
      return tf.sum(tf.matMul(tf.mean(b, [1, 2]) as tf.Tensor2D, dense));
    };
    // The cpu backend's kernel (tfjs 4.22) stops after the first image of a batch.
    const turned = tf.image.transform(
      tf.slice(image, 0, 1),
      tf.tensor2d([[0.9, -0.1, 2, 0.1, 0.9, -1, 0, 0]]),
      'bilinear',
      'constant',
      0,
    );
    const larger = tf.image.resizeBilinear(image, [48, 48], false, true);
    const pooled = [tf.maxPool(image, 3, 2, 'same'), tf.avgPool(image, 2, 2, 'same')];
    return [
      tf.grad(logit)(image),
      turned,
      larger,
      ...pooled,
      logit(image),
      tf.sigmoid(image),
      tf.tanh(image),
      tf.sum(image, 0),
    ];
  });
}

/** All that a backend computes for an explanation, on fixed values; read in a way that every backend has. */
export async function explanationValues(): Promise<Float32Array[]> {
  const tensors = [...forwardOperations(), ...otherOperations()];
  try {
    return await Promise.all(tensors.map(async tensor => (await tensor.data()) as Float32Array));
  } finally {
    tf.dispose(tensors);
  }
}

/** Milliseconds of a dozen convolutions as the networks have them, compiled before; the fastest of three. */
export async function explanationMilliseconds(): Promise<number> {
  const once = async (): Promise<number> => {
    const begun = performance.now();
    const result = tf.tidy(() => {
      const filter = tf.fill([3, 3, 32, 32], 0.003) as tf.Tensor4D;
      let x = tf.ones([1, 56, 56, 32]) as tf.Tensor4D;
      for (let i = 0; i < 12; i++)
        x = tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', activation: 'relu' });
      return tf.sum(x);
    });
    await result.data();
    result.dispose();
    return performance.now() - begun;
  };
  await once();
  return Math.min(await once(), await once(), await once());
}
