import type * as tf from '@tensorflow/tfjs';

/**
 * Copies weights between networks of one architecture, by name. Weights of `to` that `from` does not have (a training-only
 * output) stay as they are.
 *
 * @throws Error naming the first weight whose shapes differ, or when no weight fits
 */
export function copyWeights(from: tf.LayersModel, to: tf.LayersModel): void {
  const sources = new Map(from.weights.map(weight => [weight.originalName, weight]));
  let copied = 0;
  for (const target of to.weights) {
    const source = sources.get(target.originalName);
    if (!source) continue;
    if (source.shape.join() !== target.shape.join()) {
      throw new Error(
        `The initial network has another architecture: ${target.originalName} is ` +
          `[${source.shape.join(', ')}] there, [${target.shape.join(', ')}] here.`,
      );
    }
    target.write(source.read());
    copied++;
  }
  if (copied === 0)
    throw new Error('The initial network has another architecture: no weight has the same name.');
}
