import * as z from 'zod';
import { holm } from '../metrics';
import { chiSquareTail, fTail, normalCritical, normalTwoSided, tCritical, tTwoSided } from './distributions';
import type { Jackknifed } from './jackknife';

/** Degrees of freedom; null where they have no bound (an error term without reader variance). */
const degrees = z.number().positive().nullable();
/** Null where there is none: no variance at all, or a difference of nothing by nothing. */
const figure = z.number().nullable();

const test = z.strictObject({
  statistic: z.enum(['F', 'chi-square']),
  value: figure,
  numeratorDf: z.number().positive(),
  /** Of chi-square, null. */
  denominatorDf: degrees,
  p: figure,
});

const estimate = z.strictObject({
  value: z.number(),
  standardError: z.number(),
  df: degrees,
  /** Null where nothing varies: an interval without width would claim certainty. */
  low: figure,
  high: figure,
});

const armEstimate = z.strictObject({ arm: z.string(), ...estimate.shape });

const difference = z.strictObject({
  /** value = figure of `arm` − figure of `against`. */
  arm: z.string(),
  against: z.string(),
  ...estimate.shape,
  /** t or z. */
  statistic: figure,
  p: figure,
  /** Holm's correction over all pairs of arms. */
  adjustedP: figure,
});

const analysis = z.strictObject({
  id: z.enum(['random-readers-random-cases', 'fixed-readers-random-cases', 'random-readers-fixed-cases']),
  /** All arms alike; absent where there is one arm. */
  test: test.optional(),
  differences: z.array(difference),
  arms: z.array(armEstimate),
});

const dbmTest = z.strictObject({ id: analysis.shape.id, test });

/** Schema of one figure's multi-reader multi-case analysis. */
export const mrmcSchema = z.strictObject({
  /** Coverage of the intervals. */
  level: z.number().gt(0).lt(1),
  /** Cases that the figure depends on. */
  cases: z.int().positive(),
  values: z.array(z.strictObject({ arm: z.string(), reader: z.string(), value: z.number() })),
  means: z.array(z.strictObject({ arm: z.string(), value: z.number() })),
  /** Arm by reader; a mean square that needs two arms or two readers is absent without. */
  meanSquares: z.strictObject({
    arm: z.number().optional(),
    reader: z.number().optional(),
    armReader: z.number().optional(),
    readerByArm: z.array(z.strictObject({ arm: z.string(), value: z.number() })).optional(),
  }),
  obuchowskiRockette: z.strictObject({
    reader: z.number().optional(),
    armReader: z.number().optional(),
    cov1: z.number().optional(),
    cov2: z.number().optional(),
    cov3: z.number().optional(),
    error: z.number(),
    byArm: z.array(z.strictObject({ arm: z.string(), error: z.number(), cov2: z.number().optional() })),
    byReader: z.array(z.strictObject({ reader: z.string(), error: z.number(), cov1: z.number().optional() })),
  }),
  analyses: z.array(analysis),
  /** Fixed readers, each by themselves. */
  readers: z.array(z.strictObject({ reader: z.string(), differences: z.array(difference) })),
  /** Of two arms and two readers at least. */
  dorfmanBerbaumMetz: z
    .strictObject({
      reader: z.number(),
      case: z.number(),
      armReader: z.number(),
      armCase: z.number(),
      readerCase: z.number(),
      error: z.number(),
      meanSquares: z.strictObject({
        arm: z.number(),
        reader: z.number(),
        case: z.number(),
        armReader: z.number(),
        armCase: z.number(),
        readerCase: z.number(),
        armReaderCase: z.number(),
      }),
      tests: z.array(dbmTest),
    })
    .optional(),
});

export type Mrmc = z.infer<typeof mrmcSchema>;
type Analysis = Mrmc['analyses'][number];
type Difference = Analysis['differences'][number];
type Test = z.infer<typeof test>;
type Estimate = z.infer<typeof estimate>;

export interface MrmcOptions {
  arms: readonly string[];
  readers: readonly string[];
  /** Coverage of the intervals, default 0.95. */
  level?: number;
}

/**
 * Multi-reader multi-case analysis of a factorial study: Obuchowski & Rockette (Communications in Statistics 1995), with
 * covariances by jackknife and the degrees of freedom of Hillis (Statistics in Medicine 2007), and Dorfman, Berbaum & Metz
 * (Investigative Radiology 1992) on normalised pseudovalues, as revised by Hillis, Berbaum & Metz (Academic Radiology 2008).
 * Formulas as OR-DBM MRMC 2.5 prints them, negative components left as estimated and cov2 − cov3 taken as 0 at least in
 * error terms.
 *
 * @param cells [arm][reader], all over the same cases
 */
export function mrmc(cells: readonly (readonly Jackknifed[])[], options: MrmcOptions): Mrmc {
  const { arms, readers, level = 0.95 } = options;
  const [t, r] = [arms.length, readers.length];
  const values = cells.map(row => row.map(({ value }) => value));
  const armMeans = values.map(average);
  const squares = meanSquares(values);
  const errors = errorCovariances(cells);
  const { error, cov1 = 0, cov2 = 0, cov3 = 0 } = errors;
  const beyond = Math.max(cov2 - cov3, 0);
  const names = { arms, means: armMeans };

  const analyses: Analysis[] = [];
  const several = t > 1 && r > 1;
  if (r > 1) {
    const term = (squares.armReader ?? 0) + r * beyond;
    const df = quotient(term ** 2, (squares.armReader ?? 0) ** 2 / ((t - 1) * (r - 1)));
    analyses.push({
      id: 'random-readers-random-cases',
      test: several ? fTest(squares.arm!, term, t - 1, df) : undefined,
      differences: several ? differences(names, Math.sqrt((2 / r) * term), df, level) : [],
      arms: arms.map((arm, i) => {
        const own = squares.readerByArm![i];
        const single = own + r * Math.max(errors.byArm[i].cov2 ?? 0, 0);
        const ownDf = quotient(single ** 2, own ** 2 / (r - 1));
        return { arm, ...interval(armMeans[i], Math.sqrt(single / r), ownDf, level) };
      }),
    });
  }
  const fixedTerm = withoutRounding(error - cov1, error) + (r - 1) * beyond;
  analyses.push({
    id: 'fixed-readers-random-cases',
    test: t > 1 ? chiSquareTest(((t - 1) * squares.arm!) / fixedTerm, t - 1) : undefined,
    differences: t > 1 ? differences(names, Math.sqrt((2 / r) * fixedTerm), Infinity, level) : [],
    arms: arms.map((arm, i) => {
      const own = errors.byArm[i];
      const single = own.error + (r - 1) * Math.max(own.cov2 ?? 0, 0);
      return { arm, ...interval(armMeans[i], Math.sqrt(single / r), Infinity, level) };
    }),
  });
  if (r > 1) {
    const df = (t - 1) * (r - 1);
    analyses.push({
      id: 'random-readers-fixed-cases',
      test: several ? fTest(squares.arm!, squares.armReader!, t - 1, df) : undefined,
      differences: several ? differences(names, Math.sqrt((2 / r) * squares.armReader!), df, level) : [],
      arms: arms.map((arm, i) => ({
        arm,
        ...interval(armMeans[i], Math.sqrt(squares.readerByArm![i] / r), r - 1, level),
      })),
    });
  }
  return {
    level,
    cases: cells[0][0].without.length,
    values: arms.flatMap((arm, i) => readers.map((reader, j) => ({ arm, reader, value: values[i][j] }))),
    means: arms.map((arm, i) => ({ arm, value: armMeans[i] })),
    meanSquares: {
      arm: squares.arm,
      reader: squares.reader,
      armReader: squares.armReader,
      readerByArm: squares.readerByArm?.map((value, i) => ({ arm: arms[i], value })),
    },
    obuchowskiRockette: {
      reader: several ? (squares.reader! - squares.armReader!) / t - cov1 + cov3 : undefined,
      armReader: several ? squares.armReader! - error + cov1 + cov2 - cov3 : undefined,
      cov1: errors.cov1,
      cov2: errors.cov2,
      cov3: errors.cov3,
      error,
      byArm: errors.byArm.map((each, i) => ({ arm: arms[i], ...each })),
      byReader: errors.byReader.map((each, j) => ({ reader: readers[j], ...each })),
    },
    analyses,
    readers:
      t > 1
        ? readers.map((reader, j) => {
            const own = errors.byReader[j];
            const standardError = Math.sqrt(2 * withoutRounding(own.error - own.cov1!, own.error));
            const means = values.map(row => row[j]);
            return { reader, differences: differences({ arms, means }, standardError, Infinity, level) };
          })
        : [],
    dorfmanBerbaumMetz: several ? dorfmanBerbaumMetz(cells) : undefined,
  };
}

/** Mean squares of the arm × reader table; those that need two arms or two readers are undefined without. */
function meanSquares(values: readonly (readonly number[])[]): {
  arm?: number;
  reader?: number;
  armReader?: number;
  readerByArm?: number[];
} {
  const [t, r] = [values.length, values[0].length];
  const armMeans = values.map(average);
  const readerMeans = values[0].map((_, j) => average(values.map(row => row[j])));
  const grand = average(armMeans);
  const residual = values.flatMap((row, i) =>
    row.map((value, j) => value - armMeans[i] - readerMeans[j] + grand),
  );
  return {
    arm: t > 1 ? (r * sumOfSquares(armMeans, grand)) / (t - 1) : undefined,
    reader: r > 1 ? (t * sumOfSquares(readerMeans, grand)) / (r - 1) : undefined,
    armReader: t > 1 && r > 1 ? sumOfSquares(residual, 0) / ((t - 1) * (r - 1)) : undefined,
    readerByArm: r > 1 ? values.map((row, i) => sumOfSquares(row, armMeans[i]) / (r - 1)) : undefined,
  };
}

interface ErrorCovariances {
  error: number;
  /** Same reader, other arm. */
  cov1?: number;
  /** Other reader, same arm. */
  cov2?: number;
  /** Other reader, other arm. */
  cov3?: number;
  byArm: { error: number; cov2?: number }[];
  byReader: { error: number; cov1?: number }[];
}

/** Jackknife covariances between the figures of all readers and arms, averaged by kind. */
function errorCovariances(cells: readonly (readonly Jackknifed[])[]): ErrorCovariances {
  const [t, r] = [cells.length, cells[0].length];
  const flat = cells.flatMap((row, i) => row.map(({ without }, j) => ({ i, j, off: centred(without) })));
  const count = flat[0].off.length;
  const all = new Map<string, { sum: number; count: number }>();
  const add = (key: string, value: number): void => {
    const entry = all.get(key) ?? { sum: 0, count: 0 };
    all.set(key, { sum: entry.sum + value, count: entry.count + 1 });
  };
  flat.forEach((a, at) =>
    flat.slice(at).forEach(b => {
      let product = 0;
      for (let k = 0; k < count; k++) product += a.off[k] * b.off[k];
      const covariance = (product * (count - 1)) / count;
      const kind = a.i === b.i ? (a.j === b.j ? 'error' : 'cov2') : a.j === b.j ? 'cov1' : 'cov3';
      add(kind, covariance);
      if (a.i === b.i) add(`arm ${a.i} ${kind}`, covariance);
      if (a.j === b.j) add(`reader ${a.j} ${kind}`, covariance);
    }),
  );
  const of = (key: string): number | undefined => {
    const entry = all.get(key);
    return entry && entry.sum / entry.count;
  };
  return {
    error: of('error')!,
    cov1: of('cov1'),
    cov2: of('cov2'),
    cov3: of('cov3'),
    byArm: Array.from({ length: t }, (_, i) => ({ error: of(`arm ${i} error`)!, cov2: of(`arm ${i} cov2`) })),
    byReader: Array.from({ length: r }, (_, j) => ({
      error: of(`reader ${j} error`)!,
      cov1: of(`reader ${j} cov1`),
    })),
  };
}

/** Three-way analysis of variance of the pseudovalues. */
function dorfmanBerbaumMetz(cells: readonly (readonly Jackknifed[])[]): Mrmc['dorfmanBerbaumMetz'] {
  const [t, r, c] = [cells.length, cells[0].length, cells[0][0].without.length];
  const y = cells.map(row =>
    row.map(({ value, without }) => {
      // Normalised: their mean is the figure itself.
      const middle = average(without);
      return Float64Array.from(without, each => value + (c - 1) * (middle - each));
    }),
  );
  const grid = { t: range(t), r: range(r), c: range(c) };
  const grand = average(y.map(row => average(row.map(average))));
  const arm = grid.t.map(i => average(grid.r.map(j => average(y[i][j]))));
  const reader = grid.r.map(j => average(grid.t.map(i => average(y[i][j]))));
  const cases = grid.c.map(k => average(grid.t.map(i => average(grid.r.map(j => y[i][j][k])))));
  const armReader = grid.t.map(i => grid.r.map(j => average(y[i][j])));
  const armCase = grid.t.map(i => grid.c.map(k => average(grid.r.map(j => y[i][j][k]))));
  const readerCase = grid.r.map(j => grid.c.map(k => average(grid.t.map(i => y[i][j][k]))));
  const sum = (lists: number[][]): number => lists.flat().reduce((total, value) => total + value ** 2, 0);
  const [dt, dr, dc] = [t - 1, r - 1, c - 1];
  const squares = {
    arm: (r * c * sumOfSquares(arm, grand)) / dt,
    reader: (t * c * sumOfSquares(reader, grand)) / dr,
    case: (t * r * sumOfSquares(cases, grand)) / dc,
    armReader:
      (c * sum(grid.t.map(i => grid.r.map(j => armReader[i][j] - arm[i] - reader[j] + grand)))) / (dt * dr),
    armCase:
      (r * sum(grid.t.map(i => grid.c.map(k => armCase[i][k] - arm[i] - cases[k] + grand)))) / (dt * dc),
    readerCase:
      (t * sum(grid.r.map(j => grid.c.map(k => readerCase[j][k] - reader[j] - cases[k] + grand)))) /
      (dr * dc),
    armReaderCase:
      sum(
        grid.t.flatMap(i =>
          grid.r.map(j =>
            grid.c.map(
              k =>
                y[i][j][k] -
                armReader[i][j] -
                armCase[i][k] -
                readerCase[j][k] +
                arm[i] +
                reader[j] +
                cases[k] -
                grand,
            ),
          ),
        ),
      ) /
      (dt * dr * dc),
  };
  const s = squares;
  const term = s.armReader + Math.max(s.armCase - s.armReaderCase, 0);
  const df = quotient(term ** 2, s.armReader ** 2 / (dt * dr));
  return {
    reader: (s.reader - s.armReader - s.readerCase + s.armReaderCase) / (t * c),
    case: (s.case - s.armCase - s.readerCase + s.armReaderCase) / (t * r),
    armReader: (s.armReader - s.armReaderCase) / c,
    armCase: (s.armCase - s.armReaderCase) / r,
    readerCase: (s.readerCase - s.armReaderCase) / t,
    error: s.armReaderCase,
    meanSquares: squares,
    tests: [
      { id: 'random-readers-random-cases', test: fTest(s.arm, term, dt, df) },
      { id: 'fixed-readers-random-cases', test: fTest(s.arm, s.armCase, dt, dt * dc) },
      { id: 'random-readers-fixed-cases', test: fTest(s.arm, s.armReader, dt, dt * dr) },
    ],
  };
}

function fTest(square: number, errorTerm: number, numeratorDf: number, denominatorDf: number): Test {
  const value = quotient(square, errorTerm);
  return {
    statistic: 'F',
    value: finite(value),
    numeratorDf,
    denominatorDf: bounded(denominatorDf),
    p: Number.isNaN(value) ? null : value === Infinity ? 0 : fTail(value, numeratorDf, denominatorDf),
  };
}

function chiSquareTest(value: number, df: number): Test {
  const p = Number.isNaN(value) || value < 0 ? null : value === Infinity ? 0 : chiSquareTail(value, df);
  return { statistic: 'chi-square', value: finite(value), numeratorDf: df, denominatorDf: null, p };
}

/** All pairs of arms, the later minus the earlier, so that the reference is subtracted. */
function differences(
  { arms, means }: { arms: readonly string[]; means: readonly number[] },
  standardError: number,
  df: number,
  level: number,
): Difference[] {
  const pairs = arms.flatMap((_, a) => arms.slice(a + 1).map((__, b) => [a, a + 1 + b]));
  const found = pairs.map(([against, arm]) => {
    const value = means[arm] - means[against];
    const statistic = quotient(value, standardError);
    const p = Number.isNaN(statistic)
      ? null
      : df === Infinity
        ? normalTwoSided(statistic)
        : tTwoSided(statistic, df);
    return {
      arm: arms[arm],
      against: arms[against],
      ...interval(value, standardError, df, level),
      statistic: finite(statistic),
      p: Number.isFinite(statistic) || p === null ? p : 0,
    };
  });
  const known = found.flatMap(({ p }) => (p === null ? [] : [p]));
  const adjusted = known.length === found.length ? holm(known) : undefined;
  return found.map((each, i) => ({ ...each, adjustedP: adjusted?.[i] ?? null }));
}

function interval(value: number, standardError: number, df: number, level: number): Estimate {
  if (standardError === 0) return { value, standardError, df: null, low: null, high: null };
  const critical = df === Infinity ? normalCritical(1 - level) : tCritical(1 - level, df);
  const half = critical * standardError;
  return { value, standardError, df: bounded(df), low: value - half, high: value + half };
}

/** a / b; nothing by nothing is no number, as degrees of freedom without bound. */
function quotient(a: number, b: number): number {
  return b === 0 ? (a === 0 ? NaN : a > 0 ? Infinity : -Infinity) : a / b;
}

/**
 * A difference of two variances of one size. Where a reader rates alike in both arms it is nothing, and comes out as some 1e-18 on
 * either side of it; estimated from the same cases, it is never below.
 */
function withoutRounding(difference: number, of: number): number {
  return difference > 1e-12 * of ? difference : 0;
}

function bounded(df: number): number | null {
  return Number.isFinite(df) ? df : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function sumOfSquares(values: readonly number[], middle: number): number {
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
}

function centred(values: Float64Array): Float64Array {
  const middle = average(values);
  return values.map(value => value - middle);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
