import * as z from 'zod';
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

const withHead = z.object({ network: z.object({ head: z.string() }) });

/**
 * Whether a network ends as the classifier of a card does: in outputs for the same answers, computed from the same (a classifier
 * trained elsewhere does not say from what). Where not, its last layers cannot start from that one.
 */
export function hasHeadOf(
  { labels, classes, head }: Pick<ResNetOptions, 'labels' | 'classes' | 'head'>,
  card: Pick<ModelCard, 'classes' | 'independent' | 'classifier'>,
): boolean {
  const answers = answerKind(card);
  const count = card.classes.length;
  const recorded = withHead.safeParse(card.classifier.training);
  if (recorded.success && recorded.data.network.head !== head) return false;
  if (answers.kind === 'labels') return labels === count;
  return labels === undefined && classes === (answers.kind === 'classes' ? count : undefined);
}
