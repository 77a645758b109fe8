import * as z from 'zod';
import { patientDraws, percentileInterval } from '../metrics';
import { normalCritical } from './distributions';
import type { StudyData } from './ratings';

export type KappaWeights = 'linear' | 'quadratic';

export interface Kappa {
  /** 1 full agreement, 0 that of chance; undefined where both readers gave one and the same rating to all. */
  value?: number;
  /** Large-sample standard error (Fleiss, Cohen & Everitt, Psychological Bulletin 1969). */
  standardError?: number;
}

/**
 * Cohen's weighted kappa (Psychological Bulletin 1968) of two readers. A pair of ratings is worth 1 − |a − b| / range, or
 * 1 − (a − b)² / range²: for ratings 1 … k these are the usual linear (Cicchetti–Allison) and quadratic (Fleiss–Cohen)
 * weights.
 *
 * @param a ratings of one reader; @param b of the other, in the same order of cases
 */
export function weightedKappa(a: ArrayLike<number>, b: ArrayLike<number>, weights: KappaWeights): Kappa {
  const values = [...new Set([...Array.from(a), ...Array.from(b)])].sort((x, y) => x - y);
  const span = values.at(-1)! - values[0];
  if (span === 0) return {};
  const at = new Map(values.map((value, i) => [value, i]));
  const n = a.length;
  const joint = values.map(() => new Float64Array(values.length));
  for (let k = 0; k < n; k++) joint[at.get(a[k])!][at.get(b[k])!] += 1 / n;
  const rows = joint.map(row => row.reduce((sum, share) => sum + share, 0));
  const columns = values.map((_, j) => joint.reduce((sum, row) => sum + row[j], 0));
  const weight = values.map(x =>
    values.map(y => 1 - (weights === 'linear' ? Math.abs(x - y) / span : ((x - y) / span) ** 2)),
  );
  let observed = 0;
  let expected = 0;
  weight.forEach((row, i) =>
    row.forEach((w, j) => {
      observed += w * joint[i][j];
      expected += w * rows[i] * columns[j];
    }),
  );
  if (expected === 1) return {};
  const kappa = (observed - expected) / (1 - expected);
  const rowWeight = weight.map(row => row.reduce((sum, w, j) => sum + w * columns[j], 0));
  const columnWeight = values.map((_, j) => weight.reduce((sum, row, i) => sum + row[j] * rows[i], 0));
  let spread = 0;
  joint.forEach((row, i) =>
    row.forEach((share, j) => {
      spread += share * (weight[i][j] - (rowWeight[i] + columnWeight[j]) * (1 - kappa)) ** 2;
    }),
  );
  const variance = (spread - (kappa - expected * (1 - kappa)) ** 2) / (n * (1 - expected) ** 2);
  return { value: kappa, standardError: Math.sqrt(Math.max(0, variance)) };
}

const alphaLevels = ['nominal', 'ordinal', 'interval'] as const;
export type AlphaLevel = (typeof alphaLevels)[number];

/**
 * Krippendorff's alpha (Content Analysis, 4th edition 2019, chapter 12), for any number of readers and missing ratings.
 *
 * @param units one a case: the ratings that it got, in any order; cases with fewer than two say nothing
 * @returns undefined where all ratings are equal, or no case has two
 */
export function krippendorffAlpha(
  units: readonly (readonly number[])[],
  level: AlphaLevel,
): number | undefined {
  const { values, pairs } = coincidences(units);
  return alphaOf(values, pairs, new Uint8Array(pairs.length).fill(1), level);
}

/** Ratings of one case that are compared: value, other value, and how much the pair counts. */
type Coincidence = readonly [v: number, w: number, weight: number];

/** The pairs of ratings of every case with two or more, by index into the sorted values. */
function coincidences(units: readonly (readonly number[])[]): { values: number[]; pairs: Coincidence[][] } {
  const pairable = units.filter(unit => unit.length > 1);
  const values = [...new Set(pairable.flat())].sort((x, y) => x - y);
  const at = new Map(values.map((value, i) => [value, i]));
  const pairs = pairable.map(unit => {
    const tally = new Map<number, number>();
    for (const value of unit) tally.set(at.get(value)!, (tally.get(at.get(value)!) ?? 0) + 1);
    return [...tally].flatMap(([v, count]) =>
      [...tally].map(([w, other]): Coincidence => [
        v,
        w,
        (count * (other - Number(v === w))) / (unit.length - 1),
      ]),
    );
  });
  return { values, pairs };
}

/** @param times how often each case counts */
function alphaOf(
  values: readonly number[],
  pairs: readonly (readonly Coincidence[])[],
  times: ArrayLike<number>,
  level: AlphaLevel,
): number | undefined {
  const totals = new Float64Array(values.length);
  pairs.forEach((unit, u) => {
    for (const [v, , weight] of unit) totals[v] += times[u] * weight;
  });
  const n = totals.reduce((sum, count) => sum + count, 0);
  // Expected: over all pairs of ratings, each with each, how many differ, or the squared distances, 2 n Σ (x − mean)².
  let observed = 0;
  let expected: number;
  if (level === 'nominal') {
    pairs.forEach((unit, u) => {
      for (const [v, w, weight] of unit) if (v !== w) observed += times[u] * weight;
    });
    expected = n ** 2 - totals.reduce((sum, count) => sum + count ** 2, 0);
  } else {
    const x = level === 'interval' ? values : middleRanks(totals);
    pairs.forEach((unit, u) => {
      for (const [v, w, weight] of unit) observed += times[u] * weight * (x[v] - x[w]) ** 2;
    });
    const mean = totals.reduce((sum, count, v) => sum + count * x[v], 0) / n;
    expected = 2 * n * totals.reduce((sum, count, v) => sum + count * (x[v] - mean) ** 2, 0);
  }
  return expected > 0 ? 1 - ((n - 1) * observed) / expected : undefined;
}

/** Ordinal positions: two values are as far apart as ratings lie between them, those of their own ranks counted half. */
function middleRanks(totals: Float64Array): number[] {
  let before = 0;
  return Array.from(totals, count => {
    before += count;
    return before - count / 2;
  });
}

const estimate = z.strictObject({
  /** Null where it is not defined. */
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});

/** Schema of the agreement between readers in one arm. */
export const agreementSchema = z.strictObject({
  arm: z.string(),
  kappaWeights: z.enum(['linear', 'quadratic']),
  kappa: z.array(z.strictObject({ readers: z.tuple([z.string(), z.string()]), ...estimate.shape })),
  meanKappa: z.number().nullable(),
  alpha: z.array(z.strictObject({ level: z.enum(alphaLevels), ...estimate.shape })),
});

export type Agreement = z.infer<typeof agreementSchema>;

export interface AgreementOptions {
  kappaWeights?: KappaWeights;
  level?: number;
  resamples?: number;
  seed?: number;
}

/**
 * Agreement of the readers on their ratings, arm by arm: weighted kappa of each pair with its large-sample interval, and
 * alpha over all readers with a percentile bootstrap over cases (1,000 seeded resamples). Nothing where there is one reader.
 */
export function agreement(data: StudyData, options: AgreementOptions = {}): Agreement[] {
  const { kappaWeights = 'linear', level = 0.95, resamples = 1000, seed = 0 } = options;
  if (data.readers.length < 2) return [];
  return data.arms.map((arm, a) => {
    const ratings = data.ratings[a];
    const kappa = data.readers.flatMap((reader, i) =>
      data.readers.slice(i + 1).map((other, j) => {
        const { value, standardError } = weightedKappa(ratings[i], ratings[i + 1 + j], kappaWeights);
        // Readers who agree everywhere have a standard error of 0, which is no certainty.
        const half = standardError ? normalCritical(1 - level) * standardError : undefined;
        return {
          readers: [reader, other] as [string, string],
          value: value ?? null,
          low: half === undefined ? null : value! - half,
          high: half === undefined ? null : value! + half,
        };
      }),
    );
    const known = kappa.flatMap(({ value }) => (value === null ? [] : [value]));
    const { values, pairs } = coincidences(data.cases.map((_, c) => ratings.map(row => row[c])));
    const alpha = (times: ArrayLike<number>, scale: AlphaLevel): number | undefined =>
      alphaOf(values, pairs, times, scale);
    const draws = patientDraws(
      data.cases.map(({ id }) => id),
      { resamples, seed },
    );
    return {
      arm,
      kappaWeights,
      kappa,
      meanKappa: known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null,
      alpha: alphaLevels.map(scale => {
        const resampled = draws.map(times => alpha(times, scale)).filter(value => value !== undefined);
        const range = percentileInterval(resampled, resamples, level);
        return {
          level: scale,
          value: alpha(new Uint8Array(pairs.length).fill(1), scale) ?? null,
          low: range?.low ?? null,
          high: range?.high ?? null,
        };
      }),
    };
  });
}
