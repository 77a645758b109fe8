import type { GeneratorKind } from '../models/card';
import { methodById } from './methods';
import type { ExplainContext } from './types';

/**
 * The generator that a method uses: the one asked for, the card's default, or the first loaded one that fits.
 *
 * @returns undefined for a method that needs none
 */
export function usedGenerator(
  { card, generators }: Pick<ExplainContext, 'card' | 'generators'>,
  methodId: string,
  wanted?: GeneratorKind,
): GeneratorKind | undefined {
  const fitting = (methodById(methodId).needs.generator ?? []).filter(kind => generators[kind]);
  return [wanted, card.defaultGenerator].find(kind => kind && fitting.includes(kind)) ?? fitting[0];
}
