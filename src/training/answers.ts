import type { ModelCard } from '../models/card';

/** What a classifier tells apart; of labels with `trained`, those that a generator is trained for. */
export type AnswerKind =
  | { kind: 'two' }
  | { kind: 'classes'; names: readonly string[] }
  | { kind: 'labels'; names: readonly string[]; trained?: readonly number[] };

/** What the classifier of a card tells apart. @param trained indexes of those of independent labels that a generator is trained for */
export function answerKind(
  { classes, independent }: Pick<ModelCard, 'classes' | 'independent'>,
  trained?: readonly number[],
): AnswerKind {
  const names = classes.map(({ name }) => name);
  if (independent) return { kind: 'labels', names, trained };
  return names.length === 2 ? { kind: 'two' } : { kind: 'classes', names };
}
