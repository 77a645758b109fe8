import type { ModelCard } from '../models/card';
import type { ResNetOptions } from '../models/networks/resnet';

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

/** Whether a network has the outputs that the classifier of a card has: where not, its last layers cannot start from that one. */
export function hasAnswersOf(
  { labels, classes }: Pick<ResNetOptions, 'labels' | 'classes'>,
  card: Pick<ModelCard, 'classes' | 'independent'>,
): boolean {
  const answers = answerKind(card);
  const count = card.classes.length;
  if (answers.kind === 'labels') return labels === count;
  return labels === undefined && classes === (answers.kind === 'classes' ? count : undefined);
}
