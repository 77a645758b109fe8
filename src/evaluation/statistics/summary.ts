import {
  holdFlip,
  patientDraws,
  rocAuc,
  sameImageDecibels,
  type ChangeFigures,
  type Interval,
} from '../../metrics';
import { estimate, mean, meanEstimate, type Estimate, type SummaryOptions } from './estimate';
import { readerGroups, subgroups } from './groups';
import type { CaseRecord, GeneratorRecord, PairFigures } from '../records';

export interface ClassifierSummary {
  group: string;
  positives: number;
  negatives: number;
  auc?: Estimate;
  /** At the operating point. */
  sensitivity?: number;
  specificity?: number;
  /** 95 %, patients as the unit; absent in reports of before it was computed. */
  intervals?: { sensitivity?: Interval; specificity?: Interval };
}

/** Shares of images that a generator holds or flips: all, positive ones, negative ones. */
type Rate = 'hold' | 'holdPositives' | 'flip' | 'flipPositives' | 'flipNegatives';

export interface GeneratorSummary {
  /** Id in the model card. */
  id: string;
  images: number;
  hold?: number;
  holdPositives?: number;
  flip?: number;
  flipPositives?: number;
  flipNegatives?: number;
  /** 95 %, patients as the unit; absent in reports of before it was computed. */
  intervals?: Partial<Record<Rate, Interval>>;
  /**
   * True where x_s is x itself, PSNR(x, x_s) above `sameImageDecibels` on average: `hold` says nothing then, and
   * |x_s − x_a| is |x − x_a|. Else absent.
   */
  similarIsOriginal?: true;
  /** The rates by who says what the label is; empty where nobody knows, absent in reports of before it was computed. */
  readers?: Record<string, ReaderRates>;
  /** AUC of f(x_s), and of 1 − f(x_a), against the decision on x (paper, Table IV). */
  aucSimilar?: Estimate;
  aucAdversarial?: Estimate;
  psnr: Partial<Record<keyof PairFigures, MeanOfFinite>>;
  ssim: Partial<Record<keyof PairFigures, MeanOfFinite>>;
  /** Means of `ChangeFigures`; absent in reports of before they were computed. */
  change?: { spread?: Estimate; inTruth?: Estimate };
}

/** What one generator's images do on the images of one kind of label. */
interface ReaderRates extends Partial<Record<Rate, number>> {
  images: number;
  intervals: Partial<Record<Rate, Interval>>;
}

/** Mean over the images where the figure is finite; `equal` images have no noise and no finite PSNR. */
export interface MeanOfFinite {
  mean?: number;
  /** Of the mean, 95 %, patients as the unit. */
  interval?: Interval;
  equal: number;
}

/** Classifier figures overall and by reader, view, collection, sex and age; groups without both classes have no AUC. */
export function summariseClassifier(
  records: readonly CaseRecord[],
  options: SummaryOptions,
): ClassifierSummary[] {
  const groups = [{ name: 'all', belongs: () => true }, ...subgroups(records)];
  return groups.map(({ name, belongs }) => classifierGroup(name, records.filter(belongs), options));
}

function classifierGroup(
  group: string,
  records: readonly CaseRecord[],
  options: SummaryOptions,
): ClassifierSummary {
  const positives = records.filter(record => record.label === 1);
  const negatives = records.filter(record => record.label === 0);
  const auc = estimate(records, options, subset =>
    rocAuc(
      subset.map(r => r.score),
      subset.map(r => r.label),
    ),
  );
  const called = (record: CaseRecord): boolean => record.score > options.operatingPoint;
  return {
    group,
    positives: positives.length,
    negatives: negatives.length,
    auc,
    sensitivity: positives.length ? positives.filter(called).length / positives.length : undefined,
    specificity: negatives.length ? 1 - negatives.filter(called).length / negatives.length : undefined,
    intervals: {
      sensitivity: shareInterval(positives, options, called),
      specificity: shareInterval(negatives, options, record => !called(record)),
    },
  };
}

/** Interval of the share of images for which something holds; undefined ones are left out. */
function shareInterval<T extends { patient: string }>(
  records: readonly T[],
  options: SummaryOptions,
  holds: (record: T) => boolean | undefined,
): Interval | undefined {
  const values = records.map(record => {
    const held = holds(record);
    return held === undefined ? undefined : Number(held);
  });
  const patients = records.map(({ patient }) => patient);
  return meanEstimate(values, patientDraws(patients, options))?.interval;
}

/** What the generators' images do to the classifier, and how far they are from x. */
export function summariseGenerators(
  records: readonly CaseRecord[],
  options: SummaryOptions,
): GeneratorSummary[] {
  const ids = values(
    records.flatMap(record => Object.keys(record.generators)),
    id => id,
  );
  return ids.map(id => {
    const found = records.flatMap(record => {
      const generated = record.generators[id];
      return generated ? [{ record, generated, patient: record.patient }] : [];
    });
    const auc = (score: (generated: GeneratorRecord) => number | undefined): Estimate | undefined =>
      estimate(found, options, subset => {
        const scores = subset.map(({ generated }) => score(generated));
        if (!scores.every(value => value !== undefined)) return undefined;
        return rocAuc(
          scores,
          subset.map(({ record }) => (record.score > options.operatingPoint ? 1 : 0)),
        );
      });
    return {
      id,
      ...ratesOf(found, options),
      ...(isOriginal(found) && { similarIsOriginal: true as const }),
      readers: Object.fromEntries(
        readerGroups(records).map(({ name, belongs }) => [
          name,
          ratesOf(
            found.filter(({ record }) => belongs(record)),
            options,
          ),
        ]),
      ),
      aucSimilar: auc(generated => generated.scoreSimilar),
      aucAdversarial: auc(generated => 1 - generated.scoreAdversarial),
      psnr: pairMeans(found, options, 'psnr'),
      ssim: pairMeans(found, options, 'ssim'),
      change: changeMeans(found, options),
    };
  });
}

/** One image and what one generator made of it. */
interface Found {
  record: CaseRecord;
  generated: GeneratorRecord;
  patient: string;
}

function ratesOf(found: readonly Found[], options: SummaryOptions): ReaderRates {
  const rates = (label?: 0 | 1): ReturnType<typeof holdFlip> =>
    holdFlip(
      found
        .filter(({ record }) => label === undefined || record.label === label)
        .map(({ record, generated }) => ({
          score: record.score,
          similar: generated.scoreSimilar,
          adversarial: generated.scoreAdversarial,
        })),
      options.operatingPoint,
    );
  return {
    images: found.length,
    hold: rates().hold,
    holdPositives: rates(1).hold,
    flip: rates().flip,
    flipPositives: rates(1).flip,
    flipNegatives: rates(0).flip,
    intervals: rateIntervals(found, options),
  };
}

/** Whether x_s is x, by the mean over the images; one that equals it exactly has no finite PSNR and counts as such. */
function isOriginal(found: readonly Found[]): boolean {
  const decibels = found
    .map(({ generated }) => generated.psnr.originalSimilar)
    .filter(value => value !== undefined);
  if (decibels.length === 0) return false;
  const finite = decibels.filter(value => value !== null);
  return finite.length === 0 || mean(finite) > sameImageDecibels;
}

function rateIntervals(found: readonly Found[], options: SummaryOptions): ReaderRates['intervals'] {
  const decided = (score: number): boolean => score > options.operatingPoint;
  const held = ({ record, generated: { scoreSimilar } }: Found): boolean | undefined =>
    scoreSimilar === undefined ? undefined : decided(scoreSimilar) === decided(record.score);
  const flipped = ({ record, generated }: Found): boolean =>
    decided(generated.scoreAdversarial) !== decided(record.score);
  const positives = found.filter(({ record }) => record.label === 1);
  const negatives = found.filter(({ record }) => record.label === 0);
  return {
    hold: shareInterval(found, options, held),
    holdPositives: shareInterval(positives, options, held),
    flip: shareInterval(found, options, flipped),
    flipPositives: shareInterval(positives, options, flipped),
    flipNegatives: shareInterval(negatives, options, flipped),
  };
}

function changeMeans(found: readonly Found[], options: SummaryOptions): GeneratorSummary['change'] {
  const draws = patientDraws(
    found.map(({ patient }) => patient),
    options,
  );
  const mean = (figure: keyof ChangeFigures): Estimate | undefined =>
    meanEstimate(
      found.map(({ generated }) => generated.change?.[figure]),
      draws,
    );
  return { spread: mean('spread'), inTruth: mean('inTruth') };
}

function pairMeans(
  found: readonly Found[],
  options: SummaryOptions,
  figure: 'psnr' | 'ssim',
): GeneratorSummary['psnr'] {
  const pairs = ['originalSimilar', 'originalAdversarial', 'similarAdversarial'] as const;
  const patients = found.map(({ patient }) => patient);
  const draws = patientDraws(patients, options);
  return Object.fromEntries(
    pairs.flatMap(pair => {
      const values = found.map(({ generated }) => generated[figure][pair]);
      const present = values.filter(value => value !== undefined);
      if (present.length === 0) return [];
      const equal = present.filter(value => value === null).length;
      const finite = values.map(value => value ?? undefined);
      const estimated = meanEstimate(finite, draws);
      return [[pair, { mean: estimated?.value, interval: estimated?.interval, equal }]];
    }),
  );
}

function values<T>(items: readonly T[], pick: (item: T) => string): string[] {
  return [...new Set(items.map(pick))].sort();
}
