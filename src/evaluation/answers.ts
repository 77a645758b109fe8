import type { ModelCard } from '../models/card';
import { operatingPointOf } from '../models/classify';
import type { Decision } from '../models/decision';
import type { AnswerRecord } from './records';

/** How the answers of an evaluated classifier become decisions: as `Decision` has it, of two classes, several, or one label. */
export type DecidedBy =
  | { kind: 'operating-point'; operatingPoint: number }
  | { kind: 'classes' }
  | { kind: 'labels'; label: number; operatingPoint: number };

/**
 * How the answers of a model are decided.
 *
 * @throws RangeError for a model of more than two classes: its figures cannot be measured yet
 */
export function decidedBy(card: ModelCard): DecidedBy & { kind: 'operating-point' } {
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

/** Whether a positive and a negative side are told apart, which some metrics are of. */
export function hasSides({ kind }: DecidedBy): boolean {
  return kind !== 'classes';
}
