import * as tf from '@tensorflow/tfjs';
import type { GeneratorKind } from '../models/card';
import { generateBy, passOf } from '../models/generate';
import { adversarialKinds, generatorsOf, maskKinds, pairKinds } from '../models/generator-choice';
import { calledPositive, decidingLogits } from './gradients';
import {
  MethodUnavailableError,
  type ExplainContext,
  type Explanation,
  type ExplanationMethod,
} from './types';

/**
 * The generator to use: the one asked for, the card's default, or the first of these kinds that is loaded.
 *
 * @throws MethodUnavailableError when there is none
 */
function chooseGenerator(context: ExplainContext, kinds: readonly GeneratorKind[], wanted?: string): string {
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
  const [similar, adversarial] = outputsOf(context, chooseGenerator(context, pairKinds, wanted), batch);
  return { similar, adversarial };
}

/** Runs a naive generator: x_a = g_a(x). @returns [N, S, S, C] in [0, 1]; the caller disposes */
export function generateNaive(context: ExplainContext, batch: tf.Tensor4D, wanted?: string): tf.Tensor4D {
  return outputsOf(context, chooseGenerator(context, adversarialKinds, wanted), batch)[0];
}

/**
 * The generated images that a method's explanations show, without its map. @returns tensors as of {@link generatePair}; none of a method
 * that shows none
 */
export function generateImages(
  { images = [], needs }: Pick<ExplanationMethod, 'images' | 'needs'>,
  context: ExplainContext,
  batch: tf.Tensor4D,
  wanted?: string,
): Pick<Explanation, 'similar' | 'adversarial'> {
  if (images.length === 0) return {};
  if (needs.generator === adversarialKinds) return { adversarial: generateNaive(context, batch, wanted) };
  const { similar, adversarial } = generatePair(context, batch, wanted);
  if (images.includes('similar')) return { similar, adversarial };
  similar.dispose();
  return { adversarial };
}

/** Runs a mask generator. @returns [N, S, S, 1] in [0, 1], 1 where the evidence for the decision lies; the caller disposes */
export function generateMask(context: ExplainContext, batch: tf.Tensor4D, wanted?: string): tf.Tensor4D {
  return outputsOf(context, chooseGenerator(context, maskKinds, wanted), batch)[0];
}

/** Under what name a generator's outputs are shared. */
export function generatorWork(id: string): string {
  return `generator ${id}`;
}

/** Outputs of a generator, which the caller disposes. */
function outputsOf(context: ExplainContext, id: string, batch: tf.Tensor4D): tf.Tensor4D[] {
  const run = (): tf.Tensor4D[] =>
    tf.tidy(() => {
      const isPositive = (): tf.Tensor1D => calledPositive(context, decidingLogits(context, batch));
      return generateBy(context.card.generators[id].kind, passOf(context.generators[id]), batch, isPositive);
    });
  return (context.shared?.of(batch, generatorWork(id), run) ?? run()) as tf.Tensor4D[];
}
