import type { ModelCard } from '../models/card';

/** What a classifier tells apart; of labels with `label`, the one that a generator is trained for. */
export type AnswerKind =
  | { kind: 'two' }
  | { kind: 'classes'; names: readonly string[] }
  | { kind: 'labels'; names: readonly string[]; label?: number };

/** What the classifier of a card tells apart. @param label name of one of independent labels */
export function answerKind(
  { classes, independent }: Pick<ModelCard, 'classes' | 'independent'>,
  label?: number,
): AnswerKind {
  const names = classes.map(({ name }) => name);
  if (independent) return { kind: 'labels', names, label };
  return names.length === 2 ? { kind: 'two' } : { kind: 'classes', names };
}
