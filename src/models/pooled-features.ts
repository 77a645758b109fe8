import * as tf from '@tensorflow/tfjs';
import { runDirectly } from './direct-run';

/** A classifier that gives its pooled features along with its logit. */
export interface FeatureClassifier {
  /** [N, S, S, C] → logit [N, 1] and the layers' features. */
  model: tf.LayersModel;
}

/**
 * Adds outputs to a classifier. The layers are the classifier's own: disposing that disposes all there is.
 *
 * @throws Error when a layer does not exist
 */
export function featureClassifier(
  classifier: tf.LayersModel,
  layers: readonly string[],
): FeatureClassifier {
  const outputs = layers.map(layer => {
    const { output } = classifier.getLayer(layer);
    return Array.isArray(output) ? output[0] : output;
  });
  const model = tf.model({ inputs: classifier.inputs, outputs: [classifier.outputs[0], ...outputs] });
  runDirectly(model);
  return { model };
}

/**
 * Logits and pooled features of a batch.
 *
 * @param batch [N, S, S, C]
 * @returns logits [N, 1] and features [N, d]; the caller disposes
 */
export function classifyWithFeatures(
  { model }: FeatureClassifier,
  batch: tf.Tensor4D,
): { logits: tf.Tensor2D; features: tf.Tensor2D } {
  return tf.tidy(() => {
    const [logits, ...maps] = model.apply(batch) as tf.Tensor[];
    const pooled = maps.map(map => poolSpatially(map as tf.Tensor4D));
    return { logits: logits as tf.Tensor2D, features: tf.concat(pooled, 1) };
  });
}

/** Mean and standard deviation of each channel of [N, H, W, C] over all places. @returns [N, 2 · C] */
function poolSpatially(map: tf.Tensor4D): tf.Tensor2D {
  const { mean, variance } = tf.moments(map, [1, 2]);
  return tf.concat([mean as tf.Tensor2D, tf.sqrt(variance) as tf.Tensor2D], 1);
}
