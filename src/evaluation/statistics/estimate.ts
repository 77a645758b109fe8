import { patientBootstrap, percentileInterval, type Interval } from '../../metrics';
import type { DecidedBy } from '../answers';

/** A figure with its bootstrap interval (patients as the unit); the interval is absent where it has no value. */
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

export function mean(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i];
  return sum / numbers.length;
}
