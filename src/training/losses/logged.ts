import type { TrainingConfig } from '../config';
import { classifierTerms } from './classifier';
import { maskTerms } from './mask';
import { pairTerms } from './pair';

const termsOf: Record<TrainingConfig['kind'], readonly { logged: Readonly<Record<string, string>> }[]> = {
  classifier: classifierTerms,
  generator: pairTerms,
  mask: maskTerms,
};

/** What the loss terms in a training's log are, by name. */
export function loggedTerms({ kind }: Pick<TrainingConfig, 'kind'>): Record<string, string> {
  return Object.assign({}, ...termsOf[kind].map(({ logged }) => logged)) as Record<string, string>;
}
