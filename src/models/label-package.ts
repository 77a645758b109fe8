import * as tf from '@tensorflow/tfjs';
import { outputsOfLabel } from './generator-kind';
import { kindFacts } from './generator-kinds';
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
  const loaded = Object.entries(generators).flatMap(([id, network]) => {
    const entry = own.generators[id];
    return entry ? [[id, headsOfLabel(network, entry, own.label!)] as const] : [];
  });
  return {
    ...model,
    card: own,
    classifier: one,
    generators: Object.fromEntries(loaded),
    whole: { card, classifier, label },
  };
}

/** A generator as it is for one of the labels that it was trained for. */
function headsOfLabel(
  network: tf.LayersModel,
  { kind, labels = [] }: ModelPackage['card']['generators'][string],
  label: string,
): tf.LayersModel {
  if (labels.length < 2) return network;
  const outputs = outputsOfLabel(kindFacts(kind), labels.length, labels.indexOf(label)).map(k => network.outputs[k]);
  const own = tf.model({ inputs: network.inputs, outputs });
  runDirectly(own);
  return own;
}

/** A package as it is explained: of independent labels as for the one named, or, where none is, as for the first. */
export function explainedPackage(model: ModelPackage, label?: string): ModelPackage {
  const { classes, independent } = model.card;
  if (!independent) return model;
  const index = classes.findIndex(({ name }) => name === label);
  if (label !== undefined && index < 0) throw new RangeError(`The model "${model.card.id}" has no label "${label}".`);
  return ofLabel(model, Math.max(0, index));
}
