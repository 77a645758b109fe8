import { holm, pairedPermutation, patientMeans } from '../metrics';
import type { SummaryOptions } from './estimate';
import type { CaseRecord, MapTitle } from './records';

/** Localisation metrics that methods are compared by; the first is the primary endpoint. */
export const comparedMetrics = ['iou90', 'iouOwnArea', 'auprc', 'pointing'] as const;
export type ComparedMetric = (typeof comparedMetrics)[number];
export const primaryEndpoint: ComparedMetric = 'iou90';

/** Sign patterns of each test: enough that Holm's correction over some forty methods can still find a difference. */
const permutations = 99_999;

/** One method against another on the images that have both maps. */
export interface Comparison {
  metric: ComparedMetric;
  a: string;
  b: string;
  patients: number;
  /** Mean over patients of a − b. */
  difference: number;
  /** Two-sided, of the paired permutation test on patient means. */
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
    corrected(others.flatMap(({ key }) => compare(records, metric, reference, key, permutations, options))),
  );
}

/** Every pair of methods by the primary endpoint, corrected over all pairs: exploration, not a claim. */
export function compareAllPairs(
  records: readonly CaseRecord[],
  titles: readonly MapTitle[],
  options: SummaryOptions,
): Comparison[] {
  const pairs = titles.flatMap(({ key }, i) => titles.slice(i + 1).map(other => [key, other.key] as const));
  return corrected(pairs.flatMap(([a, b]) => compare(records, primaryEndpoint, a, b, 9999, options)));
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
  rounds: number,
  { seed }: SummaryOptions,
): Uncorrected[] {
  const both = records.filter(({ maps }) => maps[a] && maps[b]);
  if (both.length === 0) return [];
  const differences = both.map(({ maps }) => maps[a].right.values[metric] - maps[b].right.values[metric]);
  const means = patientMeans(
    both.map(record => record.patient),
    differences,
  );
  const { difference, p } = pairedPermutation([...means.values()], { permutations: rounds, seed });
  return [{ metric, a, b, patients: means.size, difference, p }];
}
