import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { inputGradient } from '../gradients';
import { channelMean, derivativeMap } from '../maps';
import { common, defineMethod, wholeFrom1 } from '../method';

/**
 * SmoothGrad, E(x) = |mean over k of ∂F/∂x (x + noise_k)|, noise normal. Smilkov et al., 2017, arXiv 1706.03825.
 *
 *
 * All images of a batch get the same noise, so a result does not hang on its place in the batch.
 */
export const smoothGrad = defineMethod({
  id: 'smoothgrad',
  title: 'SmoothGrad',
  citation: 'Smilkov et al., SmoothGrad: removing noise by adding noise, 2017, arXiv 1706.03825',
  category: 'gradient',
  oneShot: false,
  needs: { gradients: true },
  map: derivativeMap,
  options: z.object({
    samples: wholeFrom1().default(25).describe('noisy copies'),
    noise: z
      .number()
      .min(0)
      .default(0.15)
      .describe('standard deviation of the noise, fraction of the input range'),
    seed: common.seed,
    target: common.target,
  }),
  explain(context, batch, options) {
    const { samples, noise, seed, target } = options;
    const [low, high] = context.card.input.range;
    const deviation = noise * (high - low);
    const shape = [1, ...batch.shape.slice(1)] as [number, number, number, number];
    const map = tf.tidy(() => {
      let total: tf.Tensor4D = tf.zerosLike(batch);
      for (let k = 0; k < samples; k++) {
        total = tf.tidy(() => {
          const noisy = tf.add(batch, smoothGradNoise(shape, deviation, seed, k)) as tf.Tensor4D;
          return tf.add(total, inputGradient(context, noisy, target, batch));
        });
      }
      return channelMean(tf.abs(tf.div(total, samples)));
    });
    return { map };
  },
});

/**
 * The noise of the k-th copy.
 *
 * @returns normal, mean 0, of the shape given; the caller disposes
 */
export function smoothGradNoise(
  shape: [number, number, number, number],
  deviation: number,
  seed: number,
  k: number,
): tf.Tensor4D {
  // tf.randomNormal takes 0 for "no seed".
  return tf.randomNormal<tf.Rank.R4>(shape, 0, deviation, 'float32', seed * 7919 + k + 1);
}
