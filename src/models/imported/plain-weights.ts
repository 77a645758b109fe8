import * as tf from '@tensorflow/tfjs';

/** Artifacts with every quantised weight (8, 16 bits or half precision) as plain float32. */
export function plainWeights(artifacts: tf.io.ModelArtifacts): tf.io.ModelArtifacts {
  const specs = artifacts.weightSpecs ?? [];
  if (!artifacts.weightData || specs.every(spec => !spec.quantization)) return artifacts;
  const tensors = tf.io.decodeWeights(artifacts.weightData, specs);
  const parts = specs.map(({ name }) => new Uint8Array(tensors[name].dataSync().slice().buffer));
  tf.dispose(tensors);
  const weightData = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    weightData.set(part, offset);
    offset += part.length;
  }
  const weightSpecs = specs.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  return { ...artifacts, weightSpecs, weightData: weightData.buffer };
}
