import * as tf from '@tensorflow/tfjs';
import type { ModelCard } from './card';

/**
 * Calibrated score sigmoid(slope · logit + intercept). Differentiable.
 *
 * @param logits [N, 1]
 * @returns [N], in [0, 1]; the caller disposes
 */
export function scoreLogits(card: Pick<ModelCard, 'calibration'>, logits: tf.Tensor): tf.Tensor1D {
  return tf.tidy(() => tf.sigmoid(calibratedLogits(card, logits)));
}

/** slope · logit + intercept, [N]; the caller disposes. */
export function calibratedLogits(card: Pick<ModelCard, 'calibration'>, logits: tf.Tensor): tf.Tensor1D {
  const { slope, intercept } = card.calibration;
  return tf.tidy(() => tf.add(tf.mul(tf.reshape(logits, [-1]), slope), intercept) as tf.Tensor1D);
}

/**
 * Maps scores so that the operating point lies at 0.5: piece-wise linear through (0, 0), (operatingPoint, 0.5), (1, 1).
 */
export function mapOperatingPoint(score: number, operatingPoint: number): number {
  return score <= operatingPoint
    ? (0.5 * score) / operatingPoint
    : 0.5 + (0.5 * (score - operatingPoint)) / (1 - operatingPoint);
}

/** Class of a score: 1 if and only if it lies above the operating point. */
export function decide(score: number, operatingPoint: number): 0 | 1 {
  return score > operatingPoint ? 1 : 0;
}
