import * as tf from '@tensorflow/tfjs';
import { kindFacts, type GeneratorKind } from './generator-kinds';

/** A generator's network: images [N, S, S, C] → its outputs, each [N, S, S, C] or a mask [N, S, S, 1]. */
export type GeneratorPass = (images: tf.Tensor4D) => tf.Tensor4D[];

/** A loaded network as a pass. */
export function passOf(network: tf.LayersModel, mode: { training?: boolean } = {}): GeneratorPass {
  return images => {
    const output = network.apply(images, mode) as tf.Tensor4D | tf.Tensor4D[];
    return Array.isArray(output) ? output : [output];
  };
}

/**
 * What a generator of some kind makes of images, in the order of the kind's `outputs`. Differentiable in images and weights; left to
 * the surrounding tf.tidy.
 *
 * @param isPositive the decision on each image, [N] boolean; asked by kinds that make x_a by it
 * @throws RangeError when the network has not the outputs that the kind is made of
 */
export function generateBy(
  kind: GeneratorKind,
  pass: GeneratorPass,
  images: tf.Tensor4D,
  isPositive: () => tf.Tensor1D,
): tf.Tensor4D[] {
  const { made, outputs } = kindFacts(kind);
  if (made === 'directly') return expectOutputs(pass(images), outputs.length, kind);
  if (made === 'by-second-pass') {
    const [adversarial] = expectOutputs(pass(images), 1, kind);
    const [similar] = pass(adversarial);
    return [similar, adversarial];
  }
  const [negative, positive] = expectOutputs(pass(images), 2, kind);
  const isTurned = tf.cast(isPositive(), 'float32').reshape<tf.Tensor4D>([-1, 1, 1, 1]);
  const adversarial = tf.add(tf.mul(negative, isTurned), tf.mul(positive, tf.sub(1, isTurned)));
  return [tf.clone(images), adversarial as tf.Tensor4D];
}

function expectOutputs(made: tf.Tensor4D[], count: number, kind: GeneratorKind): tf.Tensor4D[] {
  if (made.length === count) return made;
  throw new RangeError(`A generator of the kind ${kind} has ${count} outputs; this network has ${made.length}.`);
}
