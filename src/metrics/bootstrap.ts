import { seededRandom } from '../models/random';

export interface Interval {
  low: number;
  high: number;
}

export interface BootstrapOptions {
  /** Default 1000. */
  resamples?: number;
  /** Default 0. */
  seed?: number;
  /** Coverage, default 0.95. */
  level?: number;
}

/**
 * Percentile bootstrap interval (Efron & Tibshirani 1993) with the patient as the unit: patients are drawn with
 * replacement, each bringing all of their images, because images of one patient are not independent.
 *
 * @param patients patient of each image
 * @param statistic value for a list of image indices; undefined resamples (one class missing) are left out
 * @returns as `percentileInterval`
 */
export function patientBootstrap(
  patients: readonly string[],
  statistic: (images: number[]) => number | undefined,
  { resamples = 1000, seed = 0, level = 0.95 }: BootstrapOptions = {},
): Interval | undefined {
  const groups = imagesByPatient(patients);
  const random = seededRandom(seed);
  const values: number[] = [];
  for (let r = 0; r < resamples; r++) {
    const images: number[] = [];
    for (let k = 0; k < groups.length; k++) images.push(...groups[Math.floor(random() * groups.length)]);
    const value = statistic(images);
    if (value !== undefined) values.push(value);
  }
  return percentileInterval(values, resamples, level);
}

/**
 * How often each image is drawn in each resample of `patientBootstrap` with the same seed: statistics that are weighted
 * means share one set of draws.
 *
 * @returns one row of `patients.length` counts a resample
 */
export function patientDraws(
  patients: readonly string[],
  { resamples = 1000, seed = 0 }: BootstrapOptions = {},
): Uint16Array[] {
  const groups = imagesByPatient(patients);
  const random = seededRandom(seed);
  return Array.from({ length: resamples }, () => {
    const counts = new Uint16Array(patients.length);
    for (let k = 0; k < groups.length; k++) {
      for (const image of groups[Math.floor(random() * groups.length)]) counts[image]++;
    }
    return counts;
  });
}

/**
 * Interval of resampled values, those that are not finite left out.
 *
 * @returns undefined when fewer than half of the resamples have a value, and where all of them give one and the same: few patients, or
 *   patients that are all alike, say nothing of how far the figure may lie from its true value, which a width of 0 would deny
 */
export function percentileInterval(
  resampled: readonly number[],
  resamples = resampled.length,
  level = 0.95,
): Interval | undefined {
  const values = resampled.filter(Number.isFinite).sort((a, b) => a - b);
  if (values.length < resamples / 2 || values.length === 0) return undefined;
  const tail = (1 - level) / 2;
  const [low, high] = [quantile(values, tail), quantile(values, 1 - tail)];
  return high - low > rounding * Math.max(1, Math.abs(low)) ? { low, high } : undefined;
}

/** Sums of the same numbers in another order differ by so much, relative to them. */
const rounding = 1e-9;

/** Linear-interpolation quantile of sorted values (R type 7, NumPy's default). */
export function quantile(sorted: readonly number[], q: number): number {
  const position = q * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

function imagesByPatient(patients: readonly string[]): number[][] {
  const groups = new Map<string, number[]>();
  patients.forEach((patient, image) => {
    const group = groups.get(patient);
    if (group) group.push(image);
    else groups.set(patient, [image]);
  });
  return [...groups.values()];
}
