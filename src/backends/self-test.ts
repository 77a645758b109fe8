import * as tf from '@tensorflow/tfjs';
import { batchNormTraining } from './kernels/batch-norm';

/** Largest error, over the largest value, that a backend may make against `cpu`: float32 with sums in another order. */
export const selfTestTolerance = 1e-3;

const batch = 2;

/** Sides of the network's images, pixels: small to compare with `cpu`, larger to tell a fast backend from a slow one. */
type Side = 16 | 64;

/**
 * A small network with every operation that the trained ones use (convolutions, batch norm, pooling, bilinear and
 * transposed up-sampling, concatenation), its loss, and the loss's gradients. The caller disposes the tensors.
 */
function run(side: Side, width: number): tf.Tensor[] {
  const x = tf.tidy(() => values([batch, side, side, 1], 1) as tf.Tensor4D);
  const shapes = [
    [3, 3, 1, width],
    [3, 3, width, 2 * width],
    [1, 1, 2 * width, width],
    [3, 3, 2 * width, width],
    [4, 4, 1, width],
    [width, 1],
  ];
  const weights = shapes.map((shape, k) => tf.tidy(() => tf.mul(values(shape, k + 2), 0.5)));
  const scales = [width, 2 * width, width].map((channels, k) =>
    tf.tidy(() => tf.add(values([channels], k + 9), 1.5)),
  );
  const loss = (...given: tf.Tensor[]): tf.Scalar => {
    const [first, down, narrow, join, up, dense, ...gammas] = given;
    const norm = (y: tf.Tensor, k: number): tf.Tensor4D =>
      batchNormTraining(
        y as tf.Tensor4D,
        gammas[k] as tf.Tensor1D,
        tf.zerosLike(gammas[k]) as tf.Tensor1D,
        1e-3,
        {
          relu: true,
        },
      ).y;
    const conv = (y: tf.Tensor, w: tf.Tensor, strides: number): tf.Tensor4D =>
      tf.conv2d(y as tf.Tensor4D, w as tf.Tensor4D, strides, 'same');
    const a = norm(conv(x, first, 1), 0);
    const b = tf.avgPool(norm(conv(a, down, 2), 1), 2, 2, 'valid');
    const low = tf.image.resizeBilinear(conv(b, narrow, 1), [side, side]);
    const c = norm(conv(tf.concat([low, a], 3), join, 1), 2);
    const shape: [number, number, number, number] = [batch, 2 * side, 2 * side, 1];
    const image = tf.conv2dTranspose(c, up as tf.Tensor4D, shape, 2, 'same');
    const logits = tf.matMul(tf.mean(c, [1, 2]) as tf.Tensor2D, dense as tf.Tensor2D);
    return tf.add(tf.mean(tf.softplus(logits)), tf.mean(tf.square(tf.sub(tf.tanh(image), 0.1)))) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(loss)([...weights, ...scales]);
  tf.dispose([x, ...weights, ...scales]);
  return [value, ...grads];
}

/** Values in [-1, 1), the same on every backend. */
export function values(shape: number[], seed: number): tf.Tensor {
  let state = seed * 7919 + 13;
  const numbers = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
  return tf.tensor(numbers, shape);
}

/** Loss and gradients of the small network on the current backend. */
export async function selfTestValues(): Promise<Float32Array[]> {
  const tensors = run(16, 4);
  const read = await Promise.all(tensors.map(async tensor => (await tensor.data()) as Float32Array));
  tf.dispose(tensors);
  return read;
}

/** Milliseconds of one training step of a network that keeps a backend busy, on the current backend; compiled before. */
export async function selfTestMilliseconds(): Promise<number> {
  const step = async (): Promise<number> => {
    const begun = performance.now();
    const tensors = run(64, 16);
    await Promise.all(tensors.map(tensor => tensor.data()));
    tf.dispose(tensors);
    return performance.now() - begun;
  };
  await step();
  return Math.min(await step(), await step(), await step());
}

/** Largest error of any tensor over that tensor's largest expected value; infinite where something is missing or NaN. */
export function selfTestError(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  if (actual.length !== expected.length) return Infinity;
  return Math.max(...expected.map((wanted, k) => relativeError(actual[k], wanted)));
}

function relativeError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  let [difference, scale] = [0, 1e-6];
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(actual[i])) return Infinity;
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return difference / scale;
}
