import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { pairKinds } from '../models/generator-choice';
import { differentiable } from './gradients';
import { pairAttributionMap } from './maps';
import { common } from './method';
import type { ExplainContext } from './types';

/** Facts of the methods that derive at the images between x_a and x_s. */
export const betweenImages = {
  category: 'pair',
  oneShot: true,
  needs: { generator: pairKinds, gradients: true },
  map: pairAttributionMap,
  images: ['similar', 'adversarial'],
  options: z.object({ generator: common.generator, target: common.target, points: common.points }),
} as const;

/** Tensors that are derived together; more is faster on a GPU and needs more memory. */
const copiesAtOnce = 10;

/** What is derived along a segment. */
export interface SegmentFunction {
  /** What F is derived by, as a function of the point: features of images, say. Default: the point itself. */
  read?(points: tf.Tensor4D): tf.Tensor4D;
  /** F [n · N] of what is read at n copies of the batch, one after the other; copies do not interact. */
  value(read: tf.Tensor4D): tf.Tensor1D;
}

/**
 * Mean of a derivative along the segment between two batches, ∫₀¹ ∂F/∂a at (1 − α) · from + α · to dα, by the midpoint rule,
 * several points in one pass: the integral of Sundararajan, Taly, Yan, 2017, arXiv 1703.01365, eq. (1), for a the point itself.
 *
 * @param from [N, S, S, C]
 * @param to of the same shape
 * @param points of the midpoint rule, at least 1
 * @returns signed, of the shape of what is read of N images; the caller disposes
 * @throws MethodUnavailableError when the backend cannot derive F
 */
export function meanDerivative(
  context: Pick<ExplainContext, 'card'>,
  from: tf.Tensor4D,
  to: tf.Tensor4D,
  points: number,
  { read = point => point, value }: SegmentFunction,
): tf.Tensor4D {
  const [images] = from.shape;
  const chunk = Math.max(1, Math.floor(copiesAtOnce / images));
  return tf.tidy(() => {
    const path = tf.sub(to, from);
    const total = (inner: tf.Tensor): tf.Scalar => tf.sum(value(inner as tf.Tensor4D));
    let sum: tf.Tensor4D | undefined;
    for (let start = 0; start < points; start += chunk) {
      const before = sum;
      sum = tf.tidy(() => {
        const count = Math.min(chunk, points - start);
        const at = Array.from({ length: count }, (_, k) => (start + k + 0.5) / points);
        const inner = read(tf.concat(at.map(share => tf.add<tf.Tensor4D>(from, tf.mul(path, share)))));
        const derivative = differentiable(context, () => tf.grad(total)(inner));
        const [, ...shape] = inner.shape;
        const part = tf.sum<tf.Tensor4D>(derivative.reshape([count, images, ...shape]), 0);
        return before ? tf.add(before, part) : part;
      });
    }
    if (!sum) throw new RangeError(`A segment is read at 1 point or more, not at ${points}.`);
    return tf.div<tf.Tensor4D>(sum, points);
  });
}
