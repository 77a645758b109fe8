import type { ModelPackage } from './package';
import { runDirectly } from './direct-run';
import { labelCard } from './label';
import { oneLogit } from './label-logit';

/**
 * A package as explained for one of its independent labels. Its networks are those of the whole: disposing either disposes
 * both.
 */
export function ofLabel(model: ModelPackage, label: number): ModelPackage {
  const { card, classifier, generators } = model;
  const own = labelCard(card, label);
  const one = oneLogit(classifier, label);
  runDirectly(one);
  const loaded = Object.entries(generators).filter(([id]) => own.generators[id]);
  return {
    ...model,
    card: own,
    classifier: one,
    generators: Object.fromEntries(loaded),
    whole: { card, classifier, label },
  };
}
