import * as tf from '@tensorflow/tfjs';
import type { GeneratorKind } from '../models/card';
import { MethodUnavailableError, type ExplainContext } from './types';

/** Generators that make both images, in the order in which they are preferred. */
export const pairKinds: GeneratorKind[] = ['single2', 'single1', 'duo'];

/** The pair generator to use: the one asked for, the card's default, or the first that the model carries. */
export function choosePair(context: ExplainContext, wanted?: GeneratorKind): GeneratorKind {
  const order = [context.card.defaultGenerator, ...pairKinds].filter(kind => kind !== undefined);
  const candidates = wanted ? [wanted] : order;
  const kind = candidates.find(candidate => pairKinds.includes(candidate) && context.generators[candidate]);
  if (kind) return kind;
  throw new MethodUnavailableError(
    `The model "${context.card.id}" carries no ${wanted ?? 'pair'} generator (loaded: ` +
      `${Object.keys(context.generators).join(', ') || 'none'}); train one with "explain train generator".`,
  );
}

/**
 * Runs a pair generator: x_s = g_s(x), x_a = g_a(x).
 *
 * @returns two tensors [N, S, S, C] in [0, 1]; the caller disposes
 */
export function generatePair(
  context: ExplainContext,
  batch: tf.Tensor4D,
  wanted?: GeneratorKind,
): { similar: tf.Tensor4D; adversarial: tf.Tensor4D } {
  const model = context.generators[choosePair(context, wanted)]!;
  const [similar, adversarial] = tf.tidy(() => model.predictOnBatch(batch) as [tf.Tensor4D, tf.Tensor4D]);
  return { similar, adversarial };
}

/** Runs the naive generator: x_a = g_a(x). @returns [N, S, S, C] in [0, 1]; the caller disposes */
export function generateNaive(context: ExplainContext, batch: tf.Tensor4D): tf.Tensor4D {
  const model = context.generators.naive;
  if (!model) {
    throw new MethodUnavailableError(
      `The model "${context.card.id}" carries no naive generator; train one with "explain train generator --kind naive".`,
    );
  }
  return tf.tidy(() => {
    const output = model.predictOnBatch(batch);
    return (Array.isArray(output) ? output[0] : output) as tf.Tensor4D;
  });
}
