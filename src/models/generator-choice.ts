import type { ModelCard } from './card';
import { kindsMaking, type GeneratorKind } from './generator-kinds';

/** Kinds of generators that make both x_s and x_a, in the order in which they are preferred. */
export const pairKinds: GeneratorKind[] = kindsMaking('similar', 'adversarial');

/** Kinds that make x_a alone. */
export const adversarialKinds: GeneratorKind[] = kindsMaking('adversarial');

/** Kinds that make a mask. */
export const maskKinds: GeneratorKind[] = kindsMaking('mask');

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

/** As a start of what generators a package has: those of other labels are not among them. */
export function carrying({ id, label }: Pick<ModelCard, 'id' | 'label'>): string {
  return `the model "${id}" has${label === undefined ? '' : ` for the label "${label}"`}`;
}
