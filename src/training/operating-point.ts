/** How the operating point is chosen on the validation split. */
export type OperatingPointRule =
  { rule: 'fixed'; value: number } | { rule: 'youden' } | { rule: 'sensitivity'; value: number };

/**
 * The operating point t (class 1 if and only if score > t) that a rule gives.
 *
 * `youden` maximises sensitivity + specificity − 1 (Youden 1950); `sensitivity` is the highest point that keeps at least
 * this share of the positives. Both lie half-way between two neighbouring scores, so that rounding decides nothing.
 *
 * @param scores in (0, 1)
 * @param labels 0 or 1
 * @throws RangeError when a class is missing
 */
export function operatingPoint(
  scores: readonly number[],
  labels: readonly number[],
  rule: OperatingPointRule,
): number {
  if (rule.rule === 'fixed') return rule.value;
  const positives = labels.filter(label => label === 1).length;
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) {
    throw new RangeError('An operating point is chosen from cases of both classes.');
  }
  const rates = candidates(scores).map(point => {
    const above = (label: number): number =>
      scores.filter((score, i) => labels[i] === label && score > point).length;
    return { point, sensitivity: above(1) / positives, specificity: 1 - above(0) / negatives };
  });
  if (rule.rule === 'sensitivity') {
    return Math.max(
      ...rates.filter(({ sensitivity }) => sensitivity >= rule.value).map(({ point }) => point),
    );
  }
  const gain = ({ sensitivity, specificity }: (typeof rates)[number]): number => sensitivity + specificity;
  return rates.reduce((best, rate) => (gain(rate) > gain(best) ? rate : best)).point;
}

/** Points below, between and above the scores, ascending. */
function candidates(scores: readonly number[]): number[] {
  const sorted = [...new Set(scores)].sort((a, b) => a - b);
  const between = sorted.slice(1).map((score, i) => (score + sorted[i]) / 2);
  return [sorted[0] / 2, ...between, (sorted.at(-1)! + 1) / 2];
}
