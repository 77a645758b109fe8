import type { GeneratorKind } from '../models/card';
import { fittingGenerator } from '../models/generator-choice';
import { methodById } from './methods';
import type { ExplainContext } from './types';

/** The generator that a method uses with a loaded model, or undefined where it needs none. */
export function usedGenerator(
  { card, generators }: Pick<ExplainContext, 'card' | 'generators'>,
  methodId: string,
  wanted?: GeneratorKind,
): GeneratorKind | undefined {
  return fittingGenerator(
    methodById(methodId).needs.generator,
    Object.keys(generators),
    wanted,
    card.defaultGenerator,
  );
}
