import type { ModelCard } from './card';

/**
 * Name of the label that is asked for.
 *
 * @returns its index; undefined of a model whose classes exclude each other, which are explained together
 * @throws RangeError naming the labels where none of them is asked for, or where there are none to choose from
 */
export function labelIndex(
  { id, classes, independent }: Pick<ModelCard, 'id' | 'classes' | 'independent'>,
  asked: string | undefined,
): number | undefined {
  const names = classes.map(({ name }) => name);
  if (!independent) {
    if (asked === undefined) return undefined;
    throw new RangeError(
      `The classes of the model "${id}" exclude each other (${names.join(', ')}): its decision is explained, no label is chosen.`,
    );
  }
  if (asked === undefined)
    throw new RangeError(`The model "${id}" answers for several labels: name one of ${names.join(', ')} (--label).`);
  const index = names.findIndex(name => name.toLowerCase() === asked.toLowerCase());
  if (index >= 0) return index;
  throw new RangeError(`The model "${id}" has no label "${asked}"; it has ${names.join(', ')}.`);
}

/**
 * The card as explained for one of independent labels: two classes, the label and its absence, with its operating point and
 * calibration and method, and the generators that were trained for it.
 */
export function labelCard(card: ModelCard, label: number): ModelCard {
  const { name, operatingPoint, calibration, ...own } = card.classes[label];
  const { defaultMethod = card.defaultMethod } = own;
  const generators = Object.fromEntries(
    Object.entries(card.generators).filter(([, { labels }]) => labels?.includes(name)),
  );
  const ids = Object.keys(generators);
  const defaultGenerator = own.defaultGenerator ?? ids.find(id => id === card.defaultGenerator) ?? ids[0];
  const { independent: _, ...rest } = card;
  return {
    ...rest,
    label: name,
    title: `${card.title}: ${name}`,
    classes: [{ name: `no ${name}` }, { name }],
    operatingPoint,
    calibration,
    generators,
    defaultGenerator,
    ...(defaultMethod !== undefined && { defaultMethod }),
  };
}

/**
 * The card as it is explained: of independent labels as for the one named, or, where none is, as for the first; of classes that
 * exclude each other as it is.
 */
export function asExplained(card: ModelCard, label?: string): ModelCard {
  if (!card.independent) return card;
  const index = card.classes.findIndex(({ name }) => name === label);
  return labelCard(card, Math.max(0, index));
}
