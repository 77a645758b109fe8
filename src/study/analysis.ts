import * as z from 'zod';
import { quantile, wilson } from '../metrics';
import { agreement, agreementSchema, type KappaWeights } from './agreement';
import { normalCritical, tCritical, tTwoSided } from './distributions';
import { caseIndices, means, rightAnswers, rocAreas } from './figures';
import type { Jackknifed } from './jackknife';
import { afrocAreas, markCounts, type HitRule, type JudgedMarks } from './marks';
import { mrmc, mrmcSchema, type Mrmc } from './mrmc';
import type { StudyData } from './ratings';

const share = z.strictObject({
  right: z.int(),
  of: z.int(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
});

const answerKinds = ['true positive', 'false positive', 'true negative', 'false negative'] as const;

const answers = z.strictObject({
  kind: z.enum(answerKinds),
  arms: z.array(
    z.strictObject({
      arm: z.string(),
      /** Answers of this kind, over all readers. */
      answers: z.int(),
      /** Readers who gave one. */
      readers: z.int(),
      /** Mean over those readers of each one's mean; null where there is none. */
      mean: z.number().nullable(),
    }),
  ),
  /** Arm − reference over the readers who gave such answers in both, by paired t. */
  differences: z.array(
    z.strictObject({
      arm: z.string(),
      against: z.string(),
      readers: z.int(),
      value: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      p: z.number().nullable(),
    }),
  ),
});

/** Schema of `analysis.json`. */
export const studyAnalysisSchema = z.strictObject({
  format: z.literal('explain-study/1'),
  /** The reference first. */
  arms: z.array(z.string()).min(1),
  readers: z.array(z.string()).min(1),
  cases: z.strictObject({ diseased: z.int(), healthy: z.int() }),
  level: z.number(),
  seed: z.int(),
  /** What was left out, and why. */
  notes: z.array(z.string()),
  auc: mrmcSchema,
  operatingPoint: z
    .strictObject({
      /** A rating of this or more is positive. */
      threshold: z.number(),
      cells: z.array(
        z.strictObject({
          arm: z.string(),
          reader: z.string(),
          /** With Wilson's interval. */
          sensitivity: share,
          specificity: share,
        }),
      ),
      sensitivity: mrmcSchema,
      specificity: mrmcSchema,
    })
    .optional(),
  marks: z
    .strictObject({
      rule: z.string(),
      lesions: z.int(),
      cells: z.array(
        z.strictObject({
          arm: z.string(),
          reader: z.string(),
          lesionsMarked: z.number(),
          falseMarksPerHealthyCase: z.number(),
        }),
      ),
      weightedAfroc: mrmcSchema,
      afroc: mrmcSchema,
    })
    .optional(),
  agreement: z.array(agreementSchema),
  confidence: z.strictObject({
    /** The column that was compared. */
    measure: z.enum(['confidence', 'rating']),
    /** Mean over groups of cases that are the same in every arm. */
    groups: z.array(z.strictObject({ group: z.string(), mrmc: mrmcSchema })),
    /** Mean over the readers' own answers, which differ between arms; needs an operating point. */
    answers: z.array(answers),
  }),
  time: z
    .strictObject({
      cells: z.array(z.strictObject({ arm: z.string(), reader: z.string(), medianSeconds: z.number() })),
      /** Geometric means: `arm` over `against`, random readers and cases. */
      ratios: z.array(
        z.strictObject({
          arm: z.string(),
          against: z.string(),
          value: z.number(),
          low: z.number().nullable(),
          high: z.number().nullable(),
          p: z.number().nullable(),
        }),
      ),
      logSeconds: mrmcSchema,
    })
    .optional(),
});

export type StudyAnalysis = z.infer<typeof studyAnalysisSchema>;
type Answers = z.infer<typeof answers>;

export interface AnalysisOptions {
  /** A rating of this or more is a positive answer; without it there is no sensitivity and specificity. */
  threshold?: number;
  marks?: { judged: JudgedMarks; rule: HitRule };
  kappaWeights?: KappaWeights;
  /** Coverage of all intervals, default 0.95. */
  level?: number;
  resamples?: number;
  seed?: number;
}

/** Share of all answers beyond which a threshold tells hardly any of them apart. */
const nearlyAll = 0.95;

/**
 * Whether a threshold tells ratings apart: one that is meant for another scale (3, of ratings from 0 to 100) calls them all alike.
 *
 * @returns what there is to doubt; undefined where nothing
 * @throws RangeError where no rating reaches it, or all do
 */
export function doubtOfThreshold(ratings: StudyData['ratings'], threshold: number): string | undefined {
  const all = ratings.flatMap(arm => arm.flatMap(values => Array.from(values)));
  // In a loop: a study has more ratings than a call may have arguments.
  const [least, most] = all.reduce(
    ([low, high], rating) => [Math.min(low, rating), Math.max(high, rating)],
    [Infinity, -Infinity],
  );
  const positive = all.filter(rating => rating >= threshold).length;
  const where = `the ratings of the file lie between ${least} and ${most}`;
  if (positive === 0 || positive === all.length)
    throw new RangeError(
      `--positive-from ${threshold} calls ${positive === 0 ? 'no answer' : 'every answer'} positive: ${where}. Give the rating from which an answer on their scale means yes, such as 50 of 0 to 100 or 4 of 1 to 5.`,
    );
  const share = positive / all.length;
  if (share < nearlyAll && share > 1 - nearlyAll) return undefined;
  return `--positive-from ${threshold} calls ${positive} of ${all.length} answers positive; ${where}. Sensitivity and specificity say little there: is the threshold meant for another scale?`;
}

/** Everything that `explain study analyse` says of a study. @throws RangeError as {@link doubtOfThreshold} */
export function analyseStudy(data: StudyData, options: AnalysisOptions = {}): StudyAnalysis {
  const { threshold, marks, kappaWeights, level = 0.95, resamples, seed = 0 } = options;
  const { arms, readers, cases } = data;
  const notes = [...data.notes];
  const analyse = (cells: readonly (readonly Jackknifed[])[]): Mrmc => mrmc(cells, { arms, readers, level });
  if (threshold === undefined) {
    notes.push(
      'Sensitivity, specificity and the readers’ own answers need an operating point: --positive-from RATING.',
    );
  } else {
    const doubt = doubtOfThreshold(data.ratings, threshold);
    if (doubt) notes.push(doubt);
  }
  return {
    format: 'explain-study/1',
    arms: [...arms],
    readers: [...readers],
    cases: {
      diseased: caseIndices(cases, ({ truth }) => truth === 1).length,
      healthy: caseIndices(cases, ({ truth }) => truth === 0).length,
    },
    level,
    seed,
    auc: analyse(rocAreas(data)),
    operatingPoint:
      threshold === undefined
        ? undefined
        : {
            threshold,
            cells: shares(data, threshold, level),
            sensitivity: analyse(rightAnswers(data, 1, threshold)),
            specificity: analyse(rightAnswers(data, 0, threshold)),
          },
    marks: marks && {
      rule: marks.rule === 'centre' ? 'centre in the lesion’s box' : `overlap of ${marks.rule.iou} or more`,
      lesions: marks.judged.lesions.reduce((sum, list) => sum + list.length, 0),
      cells: markCounts(marks.judged).flatMap((row, a) =>
        row.map((counts, r) => ({ arm: arms[a], reader: readers[r], ...counts })),
      ),
      weightedAfroc: analyse(afrocAreas(marks.judged, true)),
      afroc: analyse(afrocAreas(marks.judged, false)),
    },
    agreement: agreement(data, { kappaWeights, level, resamples, seed }),
    confidence: {
      measure: data.confidence ? 'confidence' : 'rating',
      groups: confidenceGroups(data, analyse, notes),
      answers: threshold === undefined ? [] : ownAnswers(data, threshold, level),
    },
    time: readingTime(data, analyse),
    notes,
  };
}

/** Sensitivity and specificity of each reader in each arm, with Wilson's interval (JASA 1927). */
function shares(
  data: StudyData,
  threshold: number,
  level: number,
): NonNullable<StudyAnalysis['operatingPoint']>['cells'] {
  const z = normalCritical(1 - level);
  const count = (ratings: Float64Array, truth: 0 | 1): z.infer<typeof share> => {
    const of = caseIndices(data.cases, each => each.truth === truth);
    const right = of.filter(c => ratings[c] >= threshold === (truth === 1)).length;
    return { right, of: of.length, value: right / of.length, ...wilson(right, of.length, z) };
  };
  return data.arms.flatMap((arm, a) =>
    data.readers.map((reader, r) => ({
      arm,
      reader,
      sensitivity: count(data.ratings[a][r], 1),
      specificity: count(data.ratings[a][r], 0),
    })),
  );
}

/** Mean confidence (or rating) by truth and by the classifier's answer: the same cases in every arm. */
function confidenceGroups(
  data: StudyData,
  analyse: (cells: Jackknifed[][]) => Mrmc,
  notes: string[],
): StudyAnalysis['confidence']['groups'] {
  const measure = data.confidence ?? data.ratings;
  const groups: [string, (each: StudyData['cases'][number]) => boolean][] = [
    ['diseased', ({ truth }) => truth === 1],
    ['healthy', ({ truth }) => truth === 0],
    ['model true positive', ({ truth, model }) => truth === 1 && model === 1],
    ['model false positive', ({ truth, model }) => truth === 0 && model === 1],
    ['model true negative', ({ truth, model }) => truth === 0 && model === 0],
    ['model false negative', ({ truth, model }) => truth === 1 && model === 0],
  ];
  return groups.flatMap(([group, condition]) => {
    const chosen = caseIndices(data.cases, condition);
    if (chosen.length >= 2) return [{ group, mrmc: analyse(means(measure, chosen)) }];
    if (chosen.length === 1) notes.push(`One case alone is ${group}: its confidence was not compared.`);
    return [];
  });
}

/** Mean confidence of the readers' own right and wrong answers. */
function ownAnswers(data: StudyData, threshold: number, level: number): Answers[] {
  const measure = data.confidence ?? data.ratings;
  return answerKinds.map(kind => {
    const positive = kind.endsWith('positive');
    const truth = kind === 'true positive' || kind === 'false negative' ? 1 : 0;
    // [arm][reader]: the values of these answers.
    const values = data.ratings.map((row, a) =>
      row.map((ratings, r) =>
        caseIndices(data.cases, each => each.truth === truth)
          .filter(c => ratings[c] >= threshold === positive)
          .map(c => measure[a][r][c]),
      ),
    );
    const means = values.map(row => row.map(list => (list.length > 0 ? average(list) : undefined)));
    return {
      kind,
      arms: data.arms.map((arm, a) => {
        const known = means[a].filter(value => value !== undefined);
        return {
          arm,
          answers: values[a].reduce((sum, list) => sum + list.length, 0),
          readers: known.length,
          mean: known.length > 0 ? average(known) : null,
        };
      }),
      differences: data.arms.slice(1).map((arm, b) => {
        const pairs = data.readers.flatMap((_, r) => {
          const [before, after] = [means[0][r], means[b + 1][r]];
          return before === undefined || after === undefined ? [] : [after - before];
        });
        return { arm, against: data.arms[0], readers: pairs.length, ...pairedT(pairs, level) };
      }),
    };
  });
}

/** Mean of paired differences with the interval and p of Student's t; null where fewer than two, or all alike. */
export function pairedT(
  differences: readonly number[],
  level: number,
): { value: number | null; low: number | null; high: number | null; p: number | null } {
  const n = differences.length;
  if (n === 0) return { value: null, low: null, high: null, p: null };
  const value = average(differences);
  const variance = differences.reduce((sum, each) => sum + (each - value) ** 2, 0) / (n - 1);
  if (!(variance > 0)) return { value, low: null, high: null, p: null };
  const standardError = Math.sqrt(variance / n);
  const half = tCritical(1 - level, n - 1) * standardError;
  return { value, low: value - half, high: value + half, p: tTwoSided(value / standardError, n - 1) };
}

function readingTime(data: StudyData, analyse: (cells: Jackknifed[][]) => Mrmc): StudyAnalysis['time'] {
  const { seconds, arms, readers } = data;
  if (!seconds) return undefined;
  const all = data.cases.map((_, c) => c);
  const logSeconds = analyse(means(seconds, all, Math.log));
  return {
    cells: arms.flatMap((arm, a) =>
      readers.map((reader, r) => ({
        arm,
        reader,
        medianSeconds: quantile(
          Array.from(seconds[a][r]).sort((x, y) => x - y),
          0.5,
        ),
      })),
    ),
    ratios: logSeconds.analyses[0].differences.map(({ arm, against, value, low, high, p }) => ({
      arm,
      against,
      value: Math.exp(value),
      low: low === null ? null : Math.exp(low),
      high: high === null ? null : Math.exp(high),
      p,
    })),
    logSeconds,
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
