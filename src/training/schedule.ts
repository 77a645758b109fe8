/** Divides the learning rate where the training loss stops falling, and ends where the validation stops improving. */
export interface PlateauSchedule {
  /** Epochs without a lower training loss after which the learning rate is divided. */
  patience: number;
  factor: number;
  /** Epochs without a better validation after which the training ends. */
  stopAfter: number;
}

/**
 * One-cycle learning rate (Smith & Topin 2018): cosine from max/25 up to max over the first 30 % of the steps, then
 * cosine down to max/250 000.
 *
 * @param step 0-based
 */
export function oneCycle(step: number, totalSteps: number, maximum: number): number {
  const peak = Math.max(1, Math.floor(0.3 * totalSteps));
  const [from, to, part] =
    step < peak
      ? [maximum / 25, maximum, step / peak]
      : [maximum, maximum / 250_000, (step - peak) / Math.max(1, totalSteps - 1 - peak)];
  return to + ((from - to) * (1 + Math.cos(Math.PI * Math.min(1, part)))) / 2;
}

/**
 * Learning rate after some epochs of the paper's schedule: divided by `factor` whenever the training loss has not fallen for
 * `patience` epochs (section IV-C: by 3 after 3).
 *
 * @param losses mean training loss of each finished epoch
 */
export function plateauRate(
  losses: readonly number[],
  start: number,
  { patience, factor }: Pick<PlateauSchedule, 'patience' | 'factor'>,
): number {
  let rate = start;
  let lowest = Infinity;
  let waited = 0;
  for (const loss of losses) {
    waited = loss < lowest ? 0 : waited + 1;
    lowest = Math.min(lowest, loss);
    if (waited < patience) continue;
    rate /= factor;
    waited = 0;
  }
  return rate;
}

/** Geometric way from `start` (step 0) to `end` (last step). */
export function annealed(step: number, totalSteps: number, start: number, end: number): number {
  return start * (end / start) ** (step / Math.max(1, totalSteps - 1));
}
