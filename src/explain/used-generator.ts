import type { ModelCard } from '../models/card';
import { generatorsOf } from '../models/generator-choice';
import { methodById } from './methods';

/** Whether a package carries the generator that a method needs. @throws RangeError for an unknown method */
export function carries(card: Pick<ModelCard, 'generators' | 'defaultGenerator'>, methodId: string): boolean {
  const kinds = methodById(methodId).needs.generator;
  return !kinds || generatorsOf(card, kinds).length > 0;
}

/** Id of the generator asked for, or the one that the method prefers; undefined where it needs none. */
export function usedGenerator(
  card: Pick<ModelCard, 'generators' | 'defaultGenerator'>,
  methodId: string,
  wanted?: string,
): string | undefined {
  const kinds = methodById(methodId).needs.generator;
  return kinds && (wanted ?? generatorsOf(card, kinds)[0]);
}
