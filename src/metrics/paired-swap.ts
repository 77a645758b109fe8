import { seededRandom } from '../models/random';
import type { PermutationOptions, PermutationResult } from './paired-permutation';

/** Up to so many pairs all 2ⁿ exchanges are tried. */
const exactUpTo = 12;

/**
 * Paired two-sided permutation test of a statistic of mean vectors, such as the area under a mean curve, which is no mean of
 * areas: under the null hypothesis a unit's two vectors could as well have been exchanged (Good, Permutation, Parametric and
 * Bootstrap Tests of Hypotheses, 3rd edition, section 3.7). The observed order counts as one of the random ones, so p is
 * never 0 (Phipson & Smyth 2010).
 *
 * @param a one vector a unit (a patient), all of one length
 * @param b of the same units, in the same order
 * @param statistic of a mean vector
 * @returns `difference`: statistic(mean of a) − statistic(mean of b)
 * @throws RangeError when there is no unit, or the two differ in units
 */
export function pairedSwap(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
  statistic: (mean: Float64Array) => number,
  { permutations = 9999, seed = 0 }: PermutationOptions = {},
): PermutationResult {
  if (a.length === 0) throw new RangeError('There is no pair to test.');
  if (a.length !== b.length) throw new RangeError(`There are ${a.length} units for ${b.length}.`);
  const length = a[0].length;
  // With the means' halves of sum and difference, an exchange is a sign: mean of a = common + Σ ± half.
  const common = new Float64Array(length);
  const halves = a.map((vector, unit) =>
    vector.map((value, i) => {
      common[i] += (value + b[unit][i]) / (2 * a.length);
      return (value - b[unit][i]) / (2 * a.length);
    }),
  );
  const [signed, own, other] = [common, common, common].map(({ length: size }) => new Float64Array(size));
  const differenceOf = (exchanged: (unit: number) => boolean): number => {
    signed.fill(0);
    halves.forEach((half, unit) => {
      if (exchanged(unit)) for (let i = 0; i < length; i++) signed[i] -= half[i];
      else for (let i = 0; i < length; i++) signed[i] += half[i];
    });
    for (let i = 0; i < length; i++) {
      own[i] = common[i] + signed[i];
      other[i] = common[i] - signed[i];
    }
    return statistic(own) - statistic(other);
  };
  const difference = differenceOf(() => false);
  // Rounding must not make an exchange that equals the observed order look smaller.
  const reached = (found: number): boolean => Math.abs(found) >= Math.abs(difference) * (1 - 1e-9);
  const exact = a.length <= exactUpTo;
  const random = seededRandom(`${seed}/swap`);
  const rounds = exact ? 2 ** a.length : permutations;
  let count = exact ? 0 : 1;
  for (let round = 0; round < rounds; round++) {
    const exchanged = exact ? (unit: number) => ((round >> unit) & 1) === 1 : () => random() < 0.5;
    if (reached(differenceOf(exchanged))) count++;
  }
  return { difference, p: count / (exact ? rounds : rounds + 1), exact };
}
