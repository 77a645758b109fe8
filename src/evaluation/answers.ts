import type { ModelCard } from '../models/card';
import { operatingPointOf } from '../models/classify';
import type { Decision } from '../models/decision';
import type { AnswerRecord } from './records';

/** How the answers of an evaluated classifier become decisions: as `Decision` has it, of two classes, several, or one label. */
export type DecidedBy =
  | { kind: 'operating-point'; operatingPoint: number }
  | { kind: 'classes'; names: readonly string[] }
  | { kind: 'labels'; label: number; operatingPoint: number };

/** How the answers of a model are decided. */
export function decidedBy(card: ModelCard): DecidedBy {
  if (card.classes.length > 2) return { kind: 'classes', names: card.classes.map(({ name }) => name) };
  return { kind: 'operating-point', operatingPoint: operatingPointOf(card) };
}

/** What of a decision is kept with the figures of its image. */
export function answerOf(decision: Decision): AnswerRecord {
  const { score } = decision;
  if (decision.kind === 'operating-point') return { score };
  if (decision.kind === 'classes')
    return { score, decided: decision.decided, scores: decision.probabilities };
  return { score, scores: decision.labels?.map(label => label.score) };
}

/**
 * What was decided: the index of the class; of an independent label, 1 where it is said to be present.
 *
 * @throws RangeError where the decision of one of several classes was not kept
 */
export function decidedOf({ score, decided }: AnswerRecord, by: DecidedBy): number {
  if (by.kind !== 'classes') return score > by.operatingPoint ? 1 : 0;
  if (decided === undefined) throw new RangeError('The record does not say which class was decided.');
  return decided;
}

/** How several classes that exclude each other are told apart. */
export type ByClass = Extract<DecidedBy, { kind: 'classes' }>;

/** Whether a positive and a negative side are told apart, which some metrics are of. */
export function hasSides(by: DecidedBy): by is Exclude<DecidedBy, ByClass> {
  return by.kind !== 'classes';
}
