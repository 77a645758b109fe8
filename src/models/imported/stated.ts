/** What a network says of itself: how it ends, and what values it reads. */
import type * as tf from '@tensorflow/tfjs';
import type { ImportedNetwork } from '../card';
import { beforeActivation, nodeName, type GraphJson } from './graph-topology';
import { readKerasModel, type KerasModel } from './keras-model';

type Output = ImportedNetwork['output'];

/** The activation that a layers or graph model ends with; a model that ends with none answers logits. */
export function statedOutput(artifacts: tf.io.ModelArtifacts, format: 'layers' | 'graph'): Output {
  if (format === 'graph') {
    const graph = artifacts.modelTopology as unknown as GraphJson;
    const inputs = new Set(graph.node.flatMap(({ input }) => (input ?? []).map(nodeName)));
    const ends = graph.node.filter(({ name, op }) => !inputs.has(name) && op !== 'Const');
    const endsIn = (op: 'Sigmoid' | 'Softmax'): boolean =>
      ends.length === 1 && beforeActivation(graph, ends[0].name, op) !== undefined;
    return endsIn('Sigmoid') ? 'sigmoid' : endsIn('Softmax') ? 'softmax' : 'logits';
  }
  const last = layerOf(readKerasModel(artifacts.modelTopology as object));
  if (last?.className === 'Softmax') return 'softmax';
  const activation = last?.config.activation;
  return activation === 'sigmoid' || activation === 'softmax' ? activation : 'logits';
}

/** The layer that makes the answer; what only gives it another shape is passed over. */
function layerOf({ layers, outputs }: KerasModel): KerasModel['layers'][number] | undefined {
  let name = outputs[0]?.layer;
  for (;;) {
    const layer = layers.find(each => each.name === name);
    if (!layer || !['Reshape', 'Flatten', 'Identity', 'Dropout'].includes(layer.className)) return layer;
    name = layer.calls[0]?.[0]?.layer;
  }
}

/** Factors of a rescaling that begins with grey levels of 8 bits. */
const eightBits = [1 / 255, 1 / 127.5];

/**
 * Values of black and white that a layers model reads, where its first layer says so: one that rescales by 1/255 or 1/127.5
 * reads grey levels of 8 bits.
 */
export function statedRange(artifacts: tf.io.ModelArtifacts, format: 'layers' | 'graph'): [number, number] | undefined {
  if (format === 'graph') return undefined;
  const { layers, inputs } = readKerasModel(artifacts.modelTopology as object);
  const first = layers.filter(({ calls }) => calls.some(call => call.some(({ layer }) => layer === inputs[0]?.layer)));
  if (first.length !== 1 || first[0].className !== 'Rescaling') return undefined;
  const scale = Number(first[0].config.scale);
  return eightBits.some(factor => Math.abs(scale / factor - 1) < 1e-3) ? [0, 255] : undefined;
}
