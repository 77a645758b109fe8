import type { Decision } from './decision';

/** One image on the way to the opposite image. */
export interface GradedStep {
  /** How far from the start, in [0, 1]; 1 is x_a. */
  fraction: number;
  decision: Decision;
}

/** How the classifier's answer goes along x_s + t · (x_a − x_s). */
export interface GradedCounterfactual {
  /** What the way starts from: x_s, or the film where no x_s is made or x_s is the film itself. */
  from: 'similar' | 'film';
  /** In equal steps from 0 to 1. */
  steps: readonly GradedStep[];
  /** Where the answer changes, between the steps by linear interpolation, ascending; empty where it does not. */
  changes: readonly number[];
}

/** Images of a way in the viewer: every tenth of it. */
export const gradedSteps = 11;

/** An answer that changes within this share of the way hangs on little. */
export const nearShare = 0.1;

/** Equal steps from 0 to 1. @param count at least 2 */
export function gradedFractions(count: number): number[] {
  if (!Number.isInteger(count) || count < 2) throw new RangeError(`A way takes 2 steps or more, not ${count}.`);
  return Array.from({ length: count }, (_, k) => k / (count - 1));
}

/**
 * Where the answer changes along a way: between two steps that are decided differently, where the margin of the first answer
 * over the second is 0 if it goes straight from the one to the other.
 *
 * @returns fractions, ascending
 */
export function answerChanges(steps: readonly GradedStep[]): number[] {
  return steps.slice(1).flatMap((next, k) => {
    const { fraction, decision } = steps[k];
    if (decision.decided === next.decision.decided) return [];
    const before = margin(decision, decision, next.decision);
    const after = margin(next.decision, decision, next.decision);
    const share = before === after ? 0 : before / (before - after);
    return [fraction + (next.fraction - fraction) * share];
  });
}

/** How far a decision stands on the side of `first`; below 0 on that of `second`. */
function margin(decision: Decision, first: Decision, second: Decision): number {
  if (decision.kind !== 'classes')
    return (decision.score - decision.operatingPoint) * (first.decided === 1 ? 1 : -1);
  const of = (index: number): number => decision.probabilities?.[index] ?? 0;
  return of(first.decided) - of(second.decided);
}

/** What the curve of a way shows: the score, or of several classes the probability of the one decided at its start. */
export function curveScore({ steps }: Pick<GradedCounterfactual, 'steps'>, step: GradedStep): number {
  const { decision } = step;
  if (decision.kind !== 'classes') return decision.score;
  return decision.probabilities?.[steps[0].decision.decided] ?? decision.score;
}

/**
 * The image at a fraction of the way.
 *
 * @param from x_s or the film, @param to x_a: size × size, in [0, 1]
 */
export function imageBetween(from: Float32Array, to: Float32Array, fraction: number): Float32Array {
  return from.map((value, pixel) => value + fraction * (to[pixel] - value));
}
