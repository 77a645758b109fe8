import type * as tf from '@tensorflow/tfjs';
import { ModelPackageError } from './card';

/** Most values of one tensor of one image: a gigabyte. */
export const mostOfImage = 2 ** 28;

/** Settings of which each one needs a weight of its own at least. */
const counts = ['units', 'filters', 'depthmultiplier'];

/**
 * Refuses layers that state more units or filters than the network holds weights: TensorFlow.js makes room for them before it
 * compares them with what is stored.
 *
 * @throws ModelPackageError `format` naming the layer
 */
export function requireStoredUnits({ modelTopology, weightSpecs = [] }: tf.io.ModelArtifacts): void {
  const held = weightSpecs.reduce((sum, { shape }) => sum + product(shape), 0);
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, part] of Object.entries(value)) {
      // TensorFlow.js takes other spellings of a setting for the same.
      if (counts.includes(key.replaceAll('_', '').toLowerCase()) && Number(part) > held)
        refuse(`states ${key} ${String(part)}, but the network holds ${held} weights in all`, value);
      look(part);
    }
  };
  look(modelTopology);
}

/**
 * Refuses a network that makes more of one image than any classifier of radiographs, before it is run.
 *
 * @throws ModelPackageError `format` naming the layer
 */
export function requireModestLayers(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    for (const { shape } of layer.inboundNodes.flatMap(node => node.outputTensors)) {
      const values = product(shape.slice(1).map(side => side ?? 1));
      if (!(values <= mostOfImage))
        refuse(`makes ${values} values of one image, more than any classifier of radiographs`, layer);
    }
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function refuse(reason: string, { name }: { name?: unknown }): never {
  throw new ModelPackageError('format', `The layer "${String(name)}" ${reason}.`);
}
