import * as tf from '@tensorflow/tfjs';
import type { GeneratorKind } from '../models/card';
import { generatorsOf, pairKinds } from '../models/generator-choice';
import { MethodUnavailableError, type ExplainContext } from './types';

/**
 * The generator to use: the one asked for, the card's default, or the first of these kinds that is loaded.
 *
 * @throws MethodUnavailableError when there is none
 */
export function chooseGenerator(
  context: ExplainContext,
  kinds: readonly GeneratorKind[],
  wanted?: string,
): string {
  const { card, generators } = context;
  const fitting = generatorsOf(card, kinds).filter(id => generators[id]);
  const id = wanted === undefined ? fitting[0] : fitting.find(other => other === wanted);
  if (id !== undefined) return id;
  throw new MethodUnavailableError(
    `The model "${card.id}" carries no generator${wanted === undefined ? '' : ` "${wanted}"`} of the kind ` +
      `${kinds.join(', ')} (loaded: ${Object.keys(generators).join(', ') || 'none'}); train one with ` +
      `"explain train generator".`,
  );
}

/**
 * Runs a pair generator: x_s = g_s(x), x_a = g_a(x).
 *
 * @param wanted id of the generator
 * @returns two tensors [N, S, S, C] in [0, 1]; the caller disposes
 */
export function generatePair(
  context: ExplainContext,
  batch: tf.Tensor4D,
  wanted?: string,
): { similar: tf.Tensor4D; adversarial: tf.Tensor4D } {
  const model = context.generators[chooseGenerator(context, pairKinds, wanted)];
  const [similar, adversarial] = tf.tidy(() => model.predictOnBatch(batch) as [tf.Tensor4D, tf.Tensor4D]);
  return { similar, adversarial };
}

/** Runs a naive generator: x_a = g_a(x). @returns [N, S, S, C] in [0, 1]; the caller disposes */
export function generateNaive(context: ExplainContext, batch: tf.Tensor4D, wanted?: string): tf.Tensor4D {
  return onlyOutput(context.generators[chooseGenerator(context, ['naive'], wanted)], batch);
}

/** Runs a mask generator. @returns [N, S, S, 1] in [0, 1], 1 where the evidence for the decision lies; the caller disposes */
export function generateMask(context: ExplainContext, batch: tf.Tensor4D, wanted?: string): tf.Tensor4D {
  return onlyOutput(context.generators[chooseGenerator(context, ['mask'], wanted)], batch);
}

function onlyOutput(model: tf.LayersModel, batch: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const output = model.predictOnBatch(batch);
    return (Array.isArray(output) ? output[0] : output) as tf.Tensor4D;
  });
}
