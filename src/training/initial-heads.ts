import * as z from 'zod';

/**
 * Names that the weights of a generator's heads may have in the generator that a training starts from. A head that makes x_a for
 * one of several labels is called after the label's place in *its* generator (`adversarial2`), so it is found by the label, not
 * by its name: the second label here may be the fourth there. Where that generator has no head for the label, none fits.
 *
 * @param wanted labels of the generator that is trained, in its order; undefined where the classifier has none
 * @param given labels of the one to start from
 * @returns for `copyWeights`
 */
export function initialHeads(
  wanted: readonly string[] | undefined,
  given: readonly string[] | undefined,
): (name: string) => string[] {
  return name => {
    // A head towards one decision may start from the head of a pair that makes x_a for both.
    if (/^(negative|positive)_/.test(name))
      return [name, name.replace(/^(negative|positive)_/, 'adversarial_')];
    const head = /^adversarial(\d*)_/.exec(name);
    // A U-Net of one head alone (Naive, Duo) may start from the one that both heads of a pair share.
    if (!head) return name.startsWith('similar_') ? [name, name.replace(/^similar_/, 'shared_')] : [name];
    const rest = name.slice(head[0].length);
    if (!given || given.length === 1) return [`adversarial_${rest}`, `shared_${rest}`];
    const place = given.indexOf(wanted?.[Math.max(0, Number(head[1]) - 1)] ?? '');
    return place < 0 ? [] : [`adversarial${place + 1}_${rest}`];
  };
}

const ofLevel = z.object({ network: z.object({ outputLevel: z.number() }) });

/**
 * Whether a generator's heads sit at this level of its U-Net, as far as its card tells: those of another level see other features
 * and cannot be started from.
 *
 * @param training what the card records of its training
 */
export function hasHeadsAt(outputLevel: number, training: unknown): boolean {
  const read = ofLevel.safeParse(training);
  return !read.success || read.data.network.outputLevel === outputLevel;
}

/** Weights of the heads of a generator. */
export function isOfHeads(name: string): boolean {
  return /_head\d+\//.test(name);
}
