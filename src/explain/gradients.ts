import * as tf from '@tensorflow/tfjs';
import { scoreLogits } from '../models/classify';
import { evaluateModel } from './graph';
import type { ExplainContext, MethodOptions } from './types';

/** The scalar per image that gradient methods derive: the logit, or the calibrated score. @returns [N] */
export function targetValue(
  context: ExplainContext,
  logits: tf.Tensor2D,
  target: MethodOptions['target'] = 'logit',
): tf.Tensor1D {
  return target === 'score' ? scoreLogits(context.card, logits) : logits.squeeze<tf.Tensor1D>([1]);
}

/**
 * Derivative of the target by the input, ∂F/∂x, for every image of a batch (images do not interact at inference, so the
 * derivative of the sum is that of each).
 *
 * @param batch [N, S, S, C]
 * @returns [N, S, S, C], signed; the caller disposes
 */
export function inputGradient(
  context: ExplainContext,
  batch: tf.Tensor4D,
  target?: MethodOptions['target'],
): tf.Tensor4D {
  const total = (x: tf.Tensor): tf.Scalar =>
    tf.sum(targetValue(context, evaluateModel(context.classifier, x as tf.Tensor4D), target));
  return tf.tidy(() => tf.grad(total)(batch) as tf.Tensor4D);
}
