import { patientBootstrap, percentileInterval, wilson, type Interval } from '../../metrics';
import type { DecidedBy } from '../answers';

/**
 * A figure with its 95 % interval, patients as the unit: bootstrap, or Wilson's of a rate on which all resamples agree. Absent where
 * the figure is no rate and all resamples agree, or most have no value.
 */
export interface Estimate {
  value: number;
  interval?: Interval;
  images: number;
}

/** What all summaries of one evaluation share. */
export interface SummaryOptions {
  decidedBy: DecidedBy;
  /** Bootstrap resamples. */
  resamples: number;
  seed: number;
}

interface WithPatient {
  patient: string;
}

/** A statistic of records with its interval; undefined where the statistic has no value. */
export function estimate<T extends WithPatient>(
  records: readonly T[],
  { resamples, seed }: SummaryOptions,
  statistic: (subset: readonly T[]) => number | undefined,
): Estimate | undefined {
  const value = statistic(records);
  if (value === undefined) return undefined;
  const patients = records.map(record => record.patient);
  const interval = patientBootstrap(patients, images => statistic(images.map(i => records[i])), {
    resamples,
    seed,
  });
  return { value, interval, images: records.length };
}

/**
 * Mean of one value an image, with its interval from ready draws (`patientDraws`). Images whose value is undefined are left
 * out, in the resamples too.
 *
 * @returns undefined when no image has a value
 */
export function meanEstimate(
  values: readonly (number | undefined)[],
  draws: readonly Uint16Array[],
): Estimate | undefined {
  const present = values.flatMap((value, i) => (value === undefined ? [] : [i]));
  if (present.length === 0) return undefined;
  const numbers = Float64Array.from(present, i => values[i] as number);
  const resampled = draws.map(counts => {
    let [sum, weight] = [0, 0];
    present.forEach((image, k) => {
      sum += counts[image] * numbers[k];
      weight += counts[image];
    });
    return sum / weight;
  });
  return { value: mean(numbers), interval: percentileInterval(resampled), images: present.length };
}

/**
 * Share of the images for which something holds. Where every resample gives the same rate, as at 0 and 1, the interval is Wilson's on
 * the number of patients.
 *
 * @param held of each image 1 or 0; undefined: left out
 * @param patients of each image
 * @param draws of `patients`, by `patientDraws`
 * @returns undefined when no image has a value
 */
export function rateEstimate(
  held: readonly (number | undefined)[],
  patients: readonly string[],
  draws: readonly Uint16Array[],
): Estimate | undefined {
  const found = meanEstimate(held, draws);
  if (!found || found.interval) return found;
  const counted = new Set(patients.filter((_, i) => held[i] !== undefined)).size;
  return { ...found, interval: wilson(found.value * counted, counted) };
}

export function mean(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i];
  return sum / numbers.length;
}
