import type { Result } from '../store/state';

/**
 * What a reader judges of a film: a finding, as one model tells it. Method, generator and averaging are ways to the same question.
 */
export function questionOf({ card, label }: Pick<Result, 'card' | 'label'>): string {
  return JSON.stringify([card.id, ...(label === undefined ? [] : [label])]);
}
