import * as tf from '@tensorflow/tfjs';
import type { LossTerms, TaskGradients, TrainedWeights } from './task';

/**
 * Loss terms and the gradients of `loss` with respect to every trainable weight.
 *
 * @param terms computes the terms; called once
 * @returns numbers, and one gradient a trainable weight in their order; the caller disposes the gradients
 * @throws Error naming the term when one is not finite
 */
export async function namedGradients(
  { trainableWeights }: Pick<TrainedWeights, 'trainableWeights'>,
  terms: () => { loss: tf.Scalar } & Record<string, tf.Scalar>,
): Promise<TaskGradients> {
  const variables = trainableWeights.map(weight => weight.read() as tf.Variable);
  let kept: Record<string, tf.Scalar> = {};
  const { value, grads } = tf.variableGrads(() => {
    const computed = terms();
    kept = Object.fromEntries(
      Object.entries(computed).map(([name, term]) => [name, tf.keep(tf.clone(term))]),
    );
    return computed.loss;
  }, variables);
  const entries = Object.entries(kept).map(async ([name, term]) => [name, (await term.data())[0]] as const);
  const numbers = Object.fromEntries(await Promise.all(entries));
  tf.dispose([value, ...Object.values(kept)]);
  const gradients = variables.map(variable => grads[variable.name]);
  const bad = Object.entries(numbers).find(([, number]) => !Number.isFinite(number));
  if (bad) {
    tf.dispose(gradients);
    throw new Error(
      `The loss term "${bad[0]}" became ${bad[1]}. Lower the learning rate, or look for a broken image.`,
    );
  }
  return { terms: numbers as LossTerms, gradients };
}
