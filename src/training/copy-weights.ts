import type * as tf from '@tensorflow/tfjs';

/**
 * Copies weights between networks of one architecture, by name. Weights of `to` that `from` does not have (a training-only
 * output) stay as they are, and so do those of layers that are never trained: they hold a setting, such as the bound of a
 * residual output, which is that of `to`.
 *
 * @param namesIn of a weight of `to`: its possible names in `from`, the first of which that is there counts; default: its own
 * @param mayDiffer whether a weight of `to` stays as it is, too, where `from` has it in another shape; default: none does
 * @throws Error naming the first weight whose shapes differ, or when no weight fits
 */
export function copyWeights(
  from: tf.LayersModel,
  to: tf.LayersModel,
  namesIn: (name: string) => string[] = name => [name],
  mayDiffer: (name: string) => boolean = () => false,
): void {
  const sources = new Map(from.weights.map(weight => [weight.originalName, weight]));
  const settings = new Set(to.layers.filter(layer => !layer.trainable).flatMap(layer => layer.weights));
  let copied = 0;
  for (const target of to.weights) {
    if (settings.has(target)) continue;
    const name = target.originalName;
    const there = namesIn(name).find(candidate => sources.has(candidate));
    const source = there === undefined ? undefined : sources.get(there);
    if (!source) continue;
    if (source.shape.join() !== target.shape.join()) {
      if (mayDiffer(name)) continue;
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
