import * as tf from '@tensorflow/tfjs';
import { requireFiniteWeights } from './finite-weights';
import { runDirectly } from './direct-run';
import { foldBatchNorms } from './fold';
import { requireOrderedTopology } from './layer-order';

/**
 * Builds a layers model from its saved form.
 *
 * @param fold whether to bring it to its inference form (fold.ts, direct-run.ts)
 * @throws ModelPackageError `format` where a weight, as stored or as folded, is not finite, or layers read each other in a circle
 */
export async function loadLayers(artifacts: tf.io.ModelArtifacts, fold: boolean): Promise<tf.LayersModel> {
  requireOrderedTopology(artifacts.modelTopology);
  requireFiniteWeights(artifacts);
  if (!fold) return tf.loadLayersModel(tf.io.fromMemory(artifacts));
  const folded = foldBatchNorms(artifacts);
  requireFiniteWeights(folded);
  const model = await tf.loadLayersModel(tf.io.fromMemory(folded));
  runDirectly(model);
  return model;
}
