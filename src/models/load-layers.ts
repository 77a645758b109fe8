import * as tf from '@tensorflow/tfjs';
import { requireFiniteWeights } from './finite-weights';
import { runDirectly } from './direct-run';
import { foldBatchNorms } from './fold';
import { requireOrderedTopology } from './layer-order';
import { requireModestLayers, requireStoredUnits } from './layer-sizes';

/**
 * Builds a layers model from its saved form.
 *
 * @param fold whether to bring it to its inference form (fold.ts, direct-run.ts)
 * @throws ModelPackageError `format` where a weight, as stored or as folded, is not finite, layers read each other in a circle, or a layer
 *   asks for more memory than any classifier of radiographs
 */
export async function loadLayers(artifacts: tf.io.ModelArtifacts, fold: boolean): Promise<tf.LayersModel> {
  requireOrderedTopology(artifacts.modelTopology);
  requireStoredUnits(artifacts);
  requireFiniteWeights(artifacts);
  if (!fold) return build(artifacts);
  const folded = foldBatchNorms(artifacts);
  requireFiniteWeights(folded);
  const model = await build(folded);
  runDirectly(model);
  return model;
}

async function build(artifacts: tf.io.ModelArtifacts): Promise<tf.LayersModel> {
  const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  try {
    requireModestLayers(model);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}
