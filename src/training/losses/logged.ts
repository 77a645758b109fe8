import type { TrainingConfig } from '../config';
import { maskTerms } from './mask';
import { pairTerms } from './pair';

/** What the loss terms in a training's log are, by name; those of a classifier are not declared. */
export function loggedTerms({ kind }: Pick<TrainingConfig, 'kind'>): Record<string, string> {
  if (kind === 'classifier') return {};
  const logged = kind === 'mask' ? maskTerms.map(term => term.logged) : pairTerms.map(term => term.logged);
  return Object.assign({}, ...logged) as Record<string, string>;
}
