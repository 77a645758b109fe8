import {
  areaMetrics,
  holm,
  localisationMetrics,
  pairedPermutation,
  pairedSwap,
  patientDraws,
  patientMeans,
  percentileInterval,
  type AreaMetric,
  type Interval,
  type PrecisionSensitivity,
} from '../../metrics';
import { meanEstimate, type SummaryOptions } from './estimate';
import type { CaseRecord, MapTitle } from '../records';

/** Localisation metrics that methods are compared by, `total` the area under the mean curve; the first is the primary endpoint. */
export const comparedMetrics = ['iou90', 'total', 'iouOwnArea', 'auprc', 'pointing'] as const;
export type ComparedMetric = (typeof comparedMetrics)[number];
const primaryEndpoint: ComparedMetric = 'iou90';

/** Sign patterns of each test: enough that Holm's correction over some forty methods can still find a difference. */
const permutations = 99_999;
/** Exchanges of each test of an area, where each costs two mean curves. */
const exchanges = 9_999;

/** What a compared metric is called: in full, and in the head of a column. */
export function comparedMetricNames(metric: ComparedMetric): { title: string; short: string } {
  const found = [...localisationMetrics, ...areaMetrics].find(({ id }) => id === metric);
  return found ?? { title: metric, short: metric };
}

/** One method against another on the images that have both maps. */
export interface Comparison {
  metric: ComparedMetric;
  a: string;
  b: string;
  patients: number;
  /** Mean over patients of a − b; of an area, that of a's mean curve minus that of b's, patients' mean curves. */
  difference: number;
  /** Of the difference, bootstrap over patients, 95 %; absent in the list of all pairs. */
  interval?: Interval;
  /** Two-sided, of the paired permutation test on patient means; of an area, of exchanging patients' mean curves. */
  p: number;
  /** Holm's correction over all comparisons of the same metric in the same list. */
  adjusted: number;
}

/**
 * The reference method against every other, by a paired permutation test on patient means, corrected by Holm's procedure
 * within each metric.
 *
 * @param reference key of a map
 * @returns nothing when no record has the reference map
 */
export function compareWithReference(
  records: readonly CaseRecord[],
  titles: readonly MapTitle[],
  reference: string,
  options: SummaryOptions,
): Comparison[] {
  const others = titles.filter(({ key }) => key !== reference);
  return comparedMetrics.flatMap(metric =>
    corrected(
      others.flatMap(({ key }) =>
        compare(records, metric, reference, key, { rounds: permutations, interval: true }, options),
      ),
    ),
  );
}

/**
 * The same against maps that failed on some images, on the images where neither map did: how much of a difference comes from
 * images on which a method is silent.
 *
 * @returns nothing when no map failed
 */
export function compareWithoutFailures(
  records: readonly CaseRecord[],
  titles: readonly MapTitle[],
  reference: string,
  options: SummaryOptions,
): Comparison[] {
  const failed = ({ maps }: CaseRecord, key: string): boolean =>
    (maps[key]?.failure ?? maps[reference]?.failure) !== undefined;
  const others = titles.filter(({ key }) => key !== reference && records.some(record => failed(record, key)));
  return comparedMetrics.flatMap(metric =>
    corrected(
      others.flatMap(({ key }) => {
        const whole = records.filter(record => !failed(record, key));
        return compare(whole, metric, reference, key, { rounds: permutations, interval: true }, options);
      }),
    ),
  );
}

/** Key of the mean truth of the training split, scored as a map: what every method must be ahead of. */
export const averageTruthKey = 'average-truth';

/**
 * Every map minus the average training truth, tested as the reference is, corrected over all maps within each metric.
 *
 * @returns nothing where the training split has no truth
 */
export function compareWithAverageTruth(
  records: readonly CaseRecord[],
  titles: readonly MapTitle[],
  options: SummaryOptions,
): Comparison[] {
  const methods = titles.filter(({ family }) => family !== 'trivial');
  const wanted = { rounds: permutations, interval: true };
  return comparedMetrics.flatMap(metric =>
    corrected(methods.flatMap(({ key }) => compare(records, metric, key, averageTruthKey, wanted, options))),
  );
}

/** Every pair of methods by the primary endpoint, corrected over all pairs: exploration, not a claim. */
export function compareAllPairs(
  records: readonly CaseRecord[],
  titles: readonly MapTitle[],
  options: SummaryOptions,
): Comparison[] {
  const pairs = titles.flatMap(({ key }, i) => titles.slice(i + 1).map(other => [key, other.key] as const));
  return corrected(
    pairs.flatMap(([a, b]) =>
      compare(records, primaryEndpoint, a, b, { rounds: 9999, interval: false }, options),
    ),
  );
}

type Uncorrected = Omit<Comparison, 'adjusted'>;

function corrected(comparisons: readonly Uncorrected[]): Comparison[] {
  const adjusted = holm(comparisons.map(({ p }) => p));
  return comparisons.map((comparison, i) => ({ ...comparison, adjusted: adjusted[i] }));
}

function compare(
  records: readonly CaseRecord[],
  metric: ComparedMetric,
  a: string,
  b: string,
  wanted: { rounds: number; interval: boolean },
  options: SummaryOptions,
): Uncorrected[] {
  const both = records.filter(({ maps }) => maps[a] && maps[b]);
  if (both.length === 0) return [];
  const area = areaMetrics.find(({ id }) => id === metric);
  if (area) return [{ metric, a, b, ...compareAreas(both, area, a, b, options) }];
  const differences = both.map(({ maps }) => maps[a].right.values[metric] - maps[b].right.values[metric]);
  const means = patientMeans(
    both.map(record => record.patient),
    differences,
  );
  const each = [...means.values()];
  const { difference, p } = pairedPermutation(each, { permutations: wanted.rounds, seed: options.seed });
  const draws = wanted.interval ? patientDraws([...means.keys()], options) : [];
  const interval = meanEstimate(each, draws)?.interval;
  return [{ metric, a, b, patients: means.size, difference, interval, p }];
}

/** Precision, then sensitivity, in one vector. */
function joined({ precision, sensitivity }: PrecisionSensitivity): number[] {
  return [...precision, ...sensitivity];
}

function areaOf({ compute }: AreaMetric, curve: Float64Array): number {
  const half = curve.length / 2;
  return compute({ precision: [...curve.subarray(0, half)], sensitivity: [...curve.subarray(half)] });
}

/** The area belongs to a mean curve: patients' curves are exchanged and drawn, not their areas. */
function compareAreas(
  records: readonly CaseRecord[],
  metric: AreaMetric,
  a: string,
  b: string,
  options: SummaryOptions,
): Pick<Uncorrected, 'patients' | 'difference' | 'interval' | 'p'> {
  const patients = new Map<string, CaseRecord[]>();
  for (const record of records)
    patients.set(record.patient, [...(patients.get(record.patient) ?? []), record]);
  const curvesOf = (key: string): Float64Array[] =>
    [...patients.values()].map(images => meanVector(images.map(({ maps }) => joined(maps[key].right))));
  const [first, second] = [curvesOf(a), curvesOf(b)];
  const statistic = (curve: Float64Array): number => areaOf(metric, curve);
  const { difference, p } = pairedSwap(first, second, statistic, {
    permutations: exchanges,
    seed: options.seed,
  });
  const drawn = patientDraws([...patients.keys()], options).map(
    counts => statistic(meanVector(first, counts)) - statistic(meanVector(second, counts)),
  );
  return { patients: patients.size, difference, interval: percentileInterval(drawn), p };
}

function meanVector(vectors: readonly ArrayLike<number>[], weights?: Uint16Array): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  let total = 0;
  vectors.forEach((vector, k) => {
    const weight = weights ? weights[k] : 1;
    total += weight;
    if (weight > 0) for (let i = 0; i < sum.length; i++) sum[i] += weight * vector[i];
  });
  return sum.map(value => value / total);
}
