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

/** Geometric way from `start` (step 0) to `end` (last step). */
export function annealed(step: number, totalSteps: number, start: number, end: number): number {
  return start * (end / start) ** (step / Math.max(1, totalSteps - 1));
}
