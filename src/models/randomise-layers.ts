import * as tf from '@tensorflow/tfjs';
import { seededRandom, shuffled } from './random';

/**
 * The layers of a network that have weights, from the output to the input, in at most `count` groups of near equal size: what
 * a cascade randomises one after the other.
 */
export function cascade(model: tf.LayersModel, count: number): tf.layers.Layer[][] {
  const layers = model.layers.filter(layer => layer.weights.length > 0).reverse();
  const groups = Math.min(count, layers.length);
  return Array.from({ length: groups }, (_, k) =>
    layers.slice(Math.floor((k * layers.length) / groups), Math.floor(((k + 1) * layers.length) / groups)),
  );
}

/**
 * Shuffles the values of every weight of some layers: what they learnt is gone, their scale stays, so activations keep their
 * range. (Adebayo et al., 2018, arXiv 1810.03292, section 3, re-initialise them.)
 */
export function randomiseLayers(layers: readonly tf.layers.Layer[], seed: number): void {
  for (const layer of layers) {
    const values = layer.getWeights().map((weight, k) => {
      const random = seededRandom(`${seed}/randomise/${layer.name}/${k}`);
      return tf.tensor(Float32Array.from(shuffled([...weight.dataSync()], random)), weight.shape);
    });
    layer.setWeights(values);
    tf.dispose(values);
  }
}
