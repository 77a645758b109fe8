import * as tf from '@tensorflow/tfjs';
import { requireFiniteWeights } from './finite-weights';
import { foldBatchNorms } from './fold';

/**
 * Builds a layers model from its saved form.
 *
 * @param fold whether to bring it to its inference form (fold.ts)
 * @throws ModelPackageError `format` where a weight, as stored or as folded, is not finite
 */
export function loadLayers(artifacts: tf.io.ModelArtifacts, fold: boolean): Promise<tf.LayersModel> {
  requireFiniteWeights(artifacts);
  if (!fold) return tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const folded = foldBatchNorms(artifacts);
  requireFiniteWeights(folded);
  return tf.loadLayersModel(tf.io.fromMemory(folded));
}
