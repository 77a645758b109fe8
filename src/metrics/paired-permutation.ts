import { seededRandom } from '../models/random';

export interface PermutationOptions {
  /** Random sign patterns where there are too many to try all. Default 9999. */
  permutations?: number;
  /** Default 0. */
  seed?: number;
}

export interface PermutationResult {
  /** Mean of the differences. */
  difference: number;
  /** Two-sided. */
  p: number;
  /** Whether all sign patterns were tried. */
  exact: boolean;
}

/** Up to so many pairs all 2ⁿ sign patterns are tried. */
const exactUpTo = 14;

/**
 * Paired two-sided permutation test of a mean difference of zero (Fisher 1935; Good, Permutation, Parametric and Bootstrap
 * Tests of Hypotheses): under the null hypothesis every difference could as well have had the other sign. The observed
 * pattern counts as one of the random ones, so p is never 0 (Phipson & Smyth 2010).
 *
 * @param differences one a unit (a patient), independent of each other
 * @throws RangeError when there is none, or one is not finite
 */
export function pairedPermutation(
  differences: readonly number[],
  { permutations = 9999, seed = 0 }: PermutationOptions = {},
): PermutationResult {
  if (differences.length === 0) throw new RangeError('There is no difference to test.');
  if (!differences.every(Number.isFinite)) throw new RangeError('A difference is not a finite number.');
  const values = Float64Array.from(differences);
  const observed = values.reduce((sum, value) => sum + value, 0);
  const exact = values.length <= exactUpTo;
  const p = exact ? exactShare(values, observed) : randomShare(values, observed, permutations, seed);
  return { difference: observed / values.length, p, exact };
}

/** Rounding must not make a pattern that equals the observed one look smaller. */
function reached(sum: number, observed: number): boolean {
  return Math.abs(sum) >= Math.abs(observed) * (1 - 1e-12);
}

function exactShare(values: Float64Array, observed: number): number {
  const patterns = 2 ** values.length;
  let count = 0;
  for (let pattern = 0; pattern < patterns; pattern++) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += (pattern >> i) & 1 ? values[i] : -values[i];
    if (reached(sum, observed)) count++;
  }
  return count / patterns;
}

function randomShare(values: Float64Array, observed: number, permutations: number, seed: number): number {
  const random = seededRandom(`${seed}/permutation`);
  let count = 1;
  for (let round = 0; round < permutations; round++) {
    let sum = 0;
    for (let start = 0; start < values.length; start += 30) {
      let signs = Math.floor(random() * 2 ** 30);
      for (let i = start; i < Math.min(values.length, start + 30); i++, signs >>= 1) {
        sum += signs & 1 ? values[i] : -values[i];
      }
    }
    if (reached(sum, observed)) count++;
  }
  return count / (permutations + 1);
}

/** Mean of each patient's values, by patient in the order in which they first appear. @throws RangeError on lengths that differ */
export function patientMeans(patients: readonly string[], values: ArrayLike<number>): Map<string, number> {
  if (patients.length !== values.length) {
    throw new RangeError(`There are ${patients.length} patients for ${values.length} values.`);
  }
  const sums = new Map<string, [sum: number, count: number]>();
  patients.forEach((patient, i) => {
    const [sum, count] = sums.get(patient) ?? [0, 0];
    sums.set(patient, [sum + values[i], count + 1]);
  });
  return new Map([...sums].map(([patient, [sum, count]]) => [patient, sum / count]));
}
