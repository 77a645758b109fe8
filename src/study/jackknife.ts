/** A figure of merit of one reader in one arm, and what it is without each case in turn. */
export interface Jackknifed {
  value: number;
  /** By case, in the same order for every reader and arm. */
  without: Float64Array;
}

/** Something that should be rated high (a diseased case, or one of its lesions), with its weight. */
export interface Signal {
  score: number;
  weight: number;
}

/**
 * Share of pairs that are ordered rightly, ties counted half: the area under the ROC curve (Bamber 1975) where each
 * diseased case is one signal of weight 1, the area under the AFROC where each lesion is one of weight 1, and under the
 * weighted AFROC where the weights of a case's lesions sum to 1 (Chakraborty & Zhai, Medical Physics 2016).
 *
 * @param noise by case: highest score of a case without disease, −∞ where there is none; undefined for a diseased case
 * @param signals by case: its signals, −∞ where one was not marked; empty for a case without disease
 */
export function orderedPairs(
  noise: readonly (number | undefined)[],
  signals: readonly (readonly Signal[])[],
): Jackknifed {
  const healthy = noise.flatMap((score, c) => (score === undefined ? [] : [c]));
  const diseased = signals.flatMap((list, c) => (list.length === 0 ? [] : [c]));
  const won = new Float64Array(noise.length);
  const mass = new Float64Array(noise.length);
  let total = 0;
  for (const d of diseased) {
    for (const { score, weight } of signals[d]) {
      mass[d] += weight;
      for (const h of healthy) {
        const other = noise[h]!;
        const credit = score > other ? weight : score === other ? weight / 2 : 0;
        won[d] += credit;
        won[h] += credit;
        total += credit;
      }
    }
  }
  const weight = mass.reduce((sum, each) => sum + each, 0);
  return {
    value: total / (healthy.length * weight),
    without: Float64Array.from(noise, (score, c) =>
      score === undefined
        ? (total - won[c]) / (healthy.length * (weight - mass[c]))
        : (total - won[c]) / ((healthy.length - 1) * weight),
    ),
  };
}

/** The mean of one value a case. */
export function mean(values: ArrayLike<number>): Jackknifed {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return {
    value: sum / values.length,
    without: Float64Array.from(values, value => (sum - value) / (values.length - 1)),
  };
}
