import type { GeneratorKind, ModelCard } from './card';

/** Kinds of generators that make both x_s and x_a, in the order in which they are preferred. */
export const pairKinds: GeneratorKind[] = ['single2', 'single1', 'duo'];

/**
 * Ids of a package's generators that are of one of these kinds: the card's default first, then in the order of the kinds.
 */
export function generatorsOf(
  { generators, defaultGenerator }: Pick<ModelCard, 'generators' | 'defaultGenerator'>,
  kinds: readonly GeneratorKind[],
): string[] {
  const rank = (id: string): number => (id === defaultGenerator ? -1 : kinds.indexOf(generators[id].kind));
  return Object.keys(generators)
    .filter(id => kinds.includes(generators[id].kind))
    .sort((a, b) => rank(a) - rank(b));
}
