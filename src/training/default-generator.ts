import type { ModelCard } from '../models/card';
import { leastDecibels } from './figures';

/** A generator whose x_a changes the answer on a smaller share of the validation images explains few of them. */
const leastFlip = 0.5;

type Card = Pick<ModelCard, 'generators' | 'defaultGenerator' | 'classes' | 'independent'>;

/** Share of the validation images whose answer a generator changes, of one label or of all; undefined where its card does not say. */
function flipOf(card: Card, id: string, label?: string): number | undefined {
  const val = card.generators[id].figures?.val as Record<string, unknown> | undefined;
  const flip = (label === undefined ? undefined : val?.[`flip ${label}`]) ?? val?.flip;
  return typeof flip === 'number' && Number.isFinite(flip) ? flip : undefined;
}

function isWeak(card: Card, id: string, label?: string): boolean {
  return (flipOf(card, id, label) ?? 1) < leastFlip;
}

/** What is used where none is asked for: of a label, or of a package whose classes exclude each other. */
function usedByDefault(card: Card, label?: string): string | undefined {
  if (label === undefined) return card.defaultGenerator;
  const own = generatorsFor(card, label);
  const chosen = card.classes.find(({ name }) => name === label)?.defaultGenerator;
  return chosen ?? own.find(id => id === card.defaultGenerator) ?? own[0];
}

function generatorsFor({ generators }: Card, label?: string): string[] {
  const all = Object.keys(generators);
  return label === undefined ? all : all.filter(id => generators[id].labels?.includes(label));
}

/** The labels that a generator was trained for; one undefined of a package whose classes exclude each other. */
function scopesOf(card: Card, id: string): (string | undefined)[] {
  return card.generators[id].labels ?? [undefined];
}

/**
 * The card with its defaults, after a generator was added or trained anew: what is asked for by `asDefault`; else the present default, or
 * the first generator, unless that changes the answer on fewer than half of the validation images and another changes more.
 */
export function withDefault<C extends Card>(card: C, id: string, asDefault: boolean): C {
  const first: C = { ...card, defaultGenerator: card.defaultGenerator ?? id };
  return scopesOf(card, id).reduce<C>((changed, label) => {
    const present = usedByDefault(changed, label) ?? id;
    const flipping = [id, ...generatorsFor(changed, label)].find(each => !isWeak(changed, each, label));
    const chosen = asDefault ? id : isWeak(changed, present, label) ? (flipping ?? present) : present;
    if (chosen === present && !asDefault) return changed;
    if (label === undefined) return { ...changed, defaultGenerator: chosen };
    const classes = changed.classes.map(each =>
      each.name === label ? { ...each, defaultGenerator: chosen } : each,
    );
    return { ...changed, classes };
  }, first);
}

/**
 * What has to be known of a generator that was added.
 *
 * @param before the card without it, or with its former weights
 * @param card the card with it
 */
export function generatorCautions(before: Card, card: Card, id: string): string[] {
  const lines = scopesOf(card, id).flatMap(label => {
    const used = usedByDefault(card, label);
    const of = label === undefined ? '' : ` of ${label}`;
    const flip = flipOf(card, id, label);
    if (flip !== undefined && flip < leastFlip) {
      const alone = generatorsFor(card, label).length === 1;
      const then =
        used !== id
          ? `Where none is asked for, ${used} is used.`
          : alone
            ? `It is the only generator${of}, so it is used where none is asked for.`
            : 'It is used where none is asked for.';
      return [
        `Caution: ${id} changes the answer${of} on ${(100 * flip).toFixed(1)} % of the validation images, fewer than half: on the others its ` +
          `images and maps show nothing that changes it. ${then} Train it longer, or with a larger weight of the classification.`,
      ];
    }
    const former = usedByDefault(before, label);
    return used === id && former !== undefined && former !== id && isWeak(card, former, label)
      ? [
          `${id} is used where none is asked for${of}, no longer ${former}, which changes fewer than half of the answers.`,
        ]
      : [];
  });
  const score = (card.generators[id].figures?.val as { score?: number } | undefined)?.score;
  if (score === undefined || !(score < 0)) return lines;
  return [
    ...lines,
    `Caution: images of ${id} are not near the film: ${(leastDecibels + score).toFixed(1)} dB on average, below ${leastDecibels} dB.`,
  ];
}
