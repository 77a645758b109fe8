import * as tf from '@tensorflow/tfjs';
import * as z from 'zod';
import { amount, option } from '../../../io/options';
import { definePairTerm } from './term';

/** L_sim: both images stay close to x and to one another. */
export const similarity = definePairTerm({
  id: 'similarity',
  logged: { sim: 'similarity, eq. (6), weighted' },
  options: z.object({
    similarL2: option(amount().default(3), { value: '<weight>', help: 'x_s–x, L2 (Table I)' }),
    similarL1: option(amount().default(1), { value: '<weight>', help: 'x_s–x, L1' }),
    adversarial: option(amount().default(1), { value: '<weight>', help: 'x_a–x, L1 + L2' }),
    adversarialL1: option(amount().default(0), {
      value: '<weight>',
      help: 'x_a–x, L1 once more: changes of few pixels',
    }),
    pair: option(amount().default(0.2), { value: '<weight>', help: 'x_s–x_a, L1 + L2' }),
  }),
  settings: ({
    similarL2,
    similarL1,
    adversarial,
    adversarialL1,
    pair,
  }): {
    similarity: SimilarityWeights;
  } => ({
    similarity: { similarL2, similarL1, adversarial, pair, ...(adversarialL1 > 0 && { adversarialL1 }) },
  }),
  open: ({ similarity: weights }) => ({
    loss({ x, similar, adversarial }) {
      const sim = similarityLoss(x, similar, adversarial, weights);
      return { weighted: sim, shown: { sim } };
    },
  }),
});

interface SimilarityWeights {
  /** x_s–x, mean of squares. */
  similarL2: number;
  /** x_s–x, mean of absolute values. */
  similarL1: number;
  /** x_a–x, mean of squares plus mean of absolute values. */
  adversarial: number;
  /** x_a–x, mean of absolute values, beside the former; absent: none. */
  adversarialL1?: number;
  /** x_s–x_a, mean of squares plus mean of absolute values. */
  pair: number;
}

/**
 * Similarity loss, paper eq. (6), columns 1–4 of Table I (their meaning is this project's reading; norms are means per
 * pixel).
 *
 * @param x [N, H, W, C]
 * @param similar x_s of the same shape; absent for the naive generator
 * @param adversarial x_a of the same shape
 * @returns scalar
 */
export function similarityLoss(
  x: tf.Tensor4D,
  similar: tf.Tensor4D | undefined,
  adversarial: tf.Tensor4D,
  weights: SimilarityWeights,
): tf.Scalar {
  return tf.tidy(() => {
    let loss = tf.mul(weights.adversarial, norms(adversarial, x));
    if (weights.adversarialL1) {
      loss = tf.add(loss, tf.mul(weights.adversarialL1, tf.mean(tf.abs(tf.sub(adversarial, x)))));
    }
    if (similar) {
      const difference = tf.sub(similar, x);
      loss = tf.add(loss, tf.mul(weights.similarL2, tf.mean(tf.square(difference))));
      loss = tf.add(loss, tf.mul(weights.similarL1, tf.mean(tf.abs(difference))));
      if (weights.pair !== 0) loss = tf.add(loss, tf.mul(weights.pair, norms(similar, adversarial)));
    }
    return loss as tf.Scalar;
  });
}

function norms(a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor {
  const difference = tf.sub(a, b);
  return tf.add(tf.mean(tf.square(difference)), tf.mean(tf.abs(difference)));
}
