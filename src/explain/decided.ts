import * as tf from '@tensorflow/tfjs';
import { calibratedLogits } from '../models/classify';
import { decidedClasses, decidingLogits, decisionSign } from './gradients';
import type { ExplainContext } from './types';

/** The class that the classifier decides for each image of a batch, and its probability for changed copies of them. */
export interface DecidedClass {
  /** log p of the decided class from the classifier's logits of copies, one a copy. Differentiable. */
  logProbability(logits: tf.Tensor2D): tf.Tensor1D;
  /** log p of all other classes together. Differentiable. */
  logOthers(logits: tf.Tensor2D): tf.Tensor1D;
  dispose(): void;
}

/**
 * Fixes what is decided for each image: perturbation methods ask what becomes of it.
 *
 * @param batch [N, S, S, C]; logits are later given for these images, or for several copies of all of them in turn: row r is
 * of image r mod N
 */
export function decidedClass(context: ExplainContext, batch: tf.Tensor4D): DecidedClass {
  const { card, classifier } = context;
  const count = batch.shape[0];
  if (classifier.outputs[0].shape[1] === 1) {
    const sign = tf.tidy(() => decisionSign(context, decidingLogits(context, batch)));
    const turned = (logits: tf.Tensor2D): tf.Tensor1D =>
      tf.mul(calibratedLogits(card, logits), tf.tile(sign, [logits.shape[0] / count])) as tf.Tensor1D;
    return {
      logProbability: logits => tf.tidy(() => logSigmoid(turned(logits))),
      logOthers: logits => tf.tidy(() => logSigmoid(tf.neg(turned(logits)))),
      dispose: () => sign.dispose(),
    };
  }
  const classes = tf.tidy(() => decidedClasses(decidingLogits(context, batch)));
  const logOf = (logits: tf.Tensor2D, wanted: tf.Tensor): tf.Tensor1D =>
    tf.log(tf.add(tf.sum(tf.mul(tf.softmax(logits), wanted), 1), 1e-7)) as tf.Tensor1D;
  const repeated = (logits: tf.Tensor2D): tf.Tensor => tf.tile(classes, [logits.shape[0] / count, 1]);
  return {
    logProbability: logits => tf.tidy(() => logOf(logits, repeated(logits))),
    logOthers: logits => tf.tidy(() => logOf(logits, tf.sub(1, repeated(logits)))),
    dispose: () => classes.dispose(),
  };
}

/** log(sigmoid(z)) = min(z, 0) − log(1 + exp(−|z|)), which never overflows. */
function logSigmoid(z: tf.Tensor1D): tf.Tensor1D {
  return tf.sub(tf.neg(tf.relu(tf.neg(z))), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(z)))))) as tf.Tensor1D;
}
