import type * as tf from '@tensorflow/tfjs';
import { evaluateOnce, featureTensor } from '../models/graph';
import { MethodUnavailableError, type ExplainContext } from './types';

/** A classifier cut in two at its last convolution features. */
export interface CutClassifier {
  /** Images [N, S, S, C] → features A [N, h, w, K]; left to the surrounding tf.tidy. */
  features(images: tf.Tensor4D): tf.Tensor4D;
  /**
   * Features → logits, [N, 1] or [N, K]; left to the surrounding tf.tidy.
   *
   * @param images for networks in which the logits also hang on something before the features
   */
  logits(features: tf.Tensor4D, images?: tf.Tensor4D): tf.Tensor2D;
}

/**
 * Cuts the classifier at a layer through which everything passes.
 *
 * @param layer default: the card's `classifier.featureLayer`, or the last activation before global pooling
 * @throws MethodUnavailableError when no features with spatial extent can be reached
 */
export function cutAtFeatures(
  { classifier, card }: ExplainContext,
  layer = card.classifier.featureLayer,
): CutClassifier {
  const symbol = featureTensor(classifier, layer);
  if (!symbol) {
    throw new MethodUnavailableError(
      `The classifier of "${card.id}" has no activation with spatial extent that can be reached, so GradCAM cannot run on it.`,
    );
  }
  const input = classifier.inputs[0].id;
  return {
    features: images => evaluateOnce(symbol, new Map([[input, images]])) as tf.Tensor4D,
    logits: (features, images) =>
      evaluateOnce(
        classifier.outputs[0],
        new Map<number, tf.Tensor>([...(images ? [[input, images] as const] : []), [symbol.id, features]]),
      ) as tf.Tensor2D,
  };
}
