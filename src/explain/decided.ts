import * as tf from '@tensorflow/tfjs';
import { calibratedLogits } from '../models/classify';
import { evaluateModel } from './graph';
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
  const corner = Math.log(card.operatingPoint / (1 - card.operatingPoint));
  const sign = tf.tidy(() => {
    const calibrated = calibratedLogits(card, evaluateModel(classifier, batch));
    return tf.sub(tf.mul(tf.cast(tf.greater(calibrated, corner), 'float32'), 2), 1) as tf.Tensor1D;
  });
  const turned = (logits: tf.Tensor2D): tf.Tensor1D => {
    const copies = logits.shape[0] / batch.shape[0];
    const signs = copies === 1 ? sign : tf.tile(sign, [copies]);
    return tf.mul(calibratedLogits(card, logits), signs) as tf.Tensor1D;
  };
  return {
    logProbability: logits => tf.tidy(() => logSigmoid(turned(logits))),
    logOthers: logits => tf.tidy(() => logSigmoid(tf.neg(turned(logits)))),
    dispose: () => sign.dispose(),
  };
}

/** log(sigmoid(z)) = min(z, 0) − log(1 + exp(−|z|)), which never overflows. */
function logSigmoid(z: tf.Tensor1D): tf.Tensor1D {
  return tf.sub(tf.neg(tf.relu(tf.neg(z))), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(z)))))) as tf.Tensor1D;
}
