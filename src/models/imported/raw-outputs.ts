import * as tf from '@tensorflow/tfjs';
import type { ImportedNetwork } from '../card';
import { loadLayers } from '../load-layers';
import { InputMapping } from './input-mapping';
import { layersInputShape, networkArtifacts } from './layers-network';
import { graphInputShape } from './graph-network';
import { plainWeights } from './plain-weights';

/**
 * What an imported network itself answers, before anything is adapted: the yardstick of the check at import.
 *
 * @param images [N, S, S, 1] in [0, 1]
 * @returns [N, ...], e.g. probabilities; the caller disposes
 */
export async function rawOutputs(
  artifacts: tf.io.ModelArtifacts,
  { format, input }: ImportedNetwork,
  images: tf.Tensor4D,
): Promise<tf.Tensor> {
  const model = await (format === 'graph'
    ? tf.loadGraphModel(tf.io.fromMemory(artifacts))
    : loadLayers(networkArtifacts(plainWeights(artifacts), format), false));
  try {
    return tf.tidy(() => {
      const mapped = new InputMapping({ name: 'raw', input }).call(images);
      // One by one: a graph may be made for a single image.
      const each = tf.split(mapped, images.shape[0]).map(image => model.predict(image));
      return tf.concat(each.map(output => firstTensor(output)), 0);
    });
  } finally {
    model.dispose();
  }
}

/** Rows, columns and channels that a network says it reads; null where it leaves a side open. */
export async function statedInputShape(
  artifacts: tf.io.ModelArtifacts,
  format: ImportedNetwork['format'],
): Promise<(number | null)[]> {
  return format === 'graph' ? graphInputShape(artifacts) : layersInputShape(artifacts.modelTopology as object);
}

function firstTensor(output: tf.Tensor | tf.Tensor[] | tf.NamedTensorMap): tf.Tensor {
  if (output instanceof tf.Tensor) return output;
  return Array.isArray(output) ? output[0] : Object.values(output)[0];
}
