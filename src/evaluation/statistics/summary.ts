import {
  calledShares,
  changeMetrics,
  generatedRankings,
  generatedShares,
  imagePairs,
  pairMetrics,
  patientDraws,
  rankingMetrics,
  rocAuc,
  sameImageDecibels,
  type CalledImage,
  type CalledShareId,
  type ChangeId,
  type GeneratedImage,
  type GeneratedRankingId,
  type GeneratedShareId,
  type ImagePairKey,
  type Interval,
  type PairId,
  type RankingId,
  type MetricFacts,
  type ShareMetric,
} from '../../metrics';
import { decidedOf, hasSides } from '../answers';
import { estimate, mean, meanEstimate, rateEstimate, type Estimate, type SummaryOptions } from './estimate';
import { decisionGroups, readerGroups, subgroups } from './groups';
import type { CaseRecord, GeneratorRecord } from '../records';
import { correlationsWithOthers } from '../thumbnail';

/** Figures of one group of images, by the id of the metric. */
export interface ClassifierSummary
  extends Partial<Record<RankingId, Estimate>>, Partial<Record<CalledShareId, number>> {
  group: string;
  /** Of two classes, or of one label. */
  positives?: number;
  negatives?: number;
  /** Each class, of more than two. */
  ofClass?: ClassSummary[];
  /** 95 %, patients as the unit; absent in reports of before it was computed. */
  intervals?: Partial<Record<CalledShareId, Interval>>;
}

/** One of several classes against the rest. */
interface ClassSummary {
  name: string;
  images: number;
  /** Share of its images that are called so. */
  sensitivity?: Estimate;
  /** Of its probability, its images against those of all other classes. */
  auc?: Estimate;
}

/** What one generator's images are, by the id of the metric. */
export interface GeneratorSummary
  extends
    Partial<Record<GeneratedShareId, number>>,
    Partial<Record<GeneratedRankingId, Estimate>>,
    Record<PairId, Partial<Record<ImagePairKey, MeanOfFinite>>> {
  /** Id in the model card. */
  id: string;
  images: number;
  /** Of the shares, 95 %, patients as the unit; absent in reports of before it was computed. */
  intervals?: Partial<Record<GeneratedShareId, Interval>>;
  /**
   * True where x_s is x itself, PSNR(x, x_s) above `sameImageDecibels` on average: `hold` says nothing then, and
   * |x_s − x_a| is |x − x_a|. Else absent.
   */
  similarIsOriginal?: true;
  /** The shares by who says what the label is; empty where nobody knows, absent in reports of before it was computed. */
  readers?: Record<string, ReaderRates>;
  /** Means over the images that have a value; absent in reports of before they were computed. */
  change?: Partial<Record<ChangeId, Estimate>>;
  /**
   * Mean correlation of a film's change with the mean change of the other films of the same decision: near 1, one and the same change
   * turns them all, and explains none. By the decision; `all` where there are no two sides. Absent in reports of before it was computed.
   */
  universal?: Record<string, Estimate>;
}

/** What one generator's images do on the images of one kind of label. */
interface ReaderRates extends Partial<Record<GeneratedShareId, number>> {
  images: number;
  intervals: Partial<Record<GeneratedShareId, Interval>>;
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
  const images = records.map(record => ({ ...calledImage(record, options), patient: record.patient }));
  const rankings = applicable(rankingMetrics, options).map(({ id, compute }) => [
    id,
    estimate(records, options, subset =>
      compute(
        subset.map(record => record.score),
        subset.map(record => record.label),
      ),
    ),
  ]);
  return {
    group,
    ...labelCounts(records, options),
    ...(Object.fromEntries(rankings) as Partial<Record<RankingId, Estimate>>),
    ...sharesOf<CalledImage, CalledShareId>(applicable(calledShares, options), images, options),
  };
}

function calledImage(record: CaseRecord, { decidedBy }: SummaryOptions): CalledImage {
  return { label: record.label, decided: decidedOf(record, decidedBy) };
}

/** Metrics that such decisions have: some are of a positive and a negative side. */
function applicable<M extends MetricFacts>(
  metrics: readonly M[],
  { decidedBy }: SummaryOptions,
): readonly M[] {
  const sides = hasSides(decidedBy);
  return metrics.filter(({ ofTwoSides, ofClasses }) => !(sides ? ofClasses : ofTwoSides));
}

/** Images of each side, or figures of each class. */
function labelCounts(
  records: readonly CaseRecord[],
  options: SummaryOptions,
): Pick<ClassifierSummary, 'positives' | 'negatives' | 'ofClass'> {
  const { decidedBy } = options;
  const count = (wanted: number): number => records.filter(({ label }) => label === wanted).length;
  if (hasSides(decidedBy)) return { positives: count(1), negatives: count(0) };
  return {
    ofClass: decidedBy.names.map((name, k) => ({
      name,
      images: count(k),
      ...againstTheRest(records, k, options),
    })),
  };
}

function againstTheRest(
  records: readonly CaseRecord[],
  k: number,
  options: SummaryOptions,
): Pick<ClassSummary, 'sensitivity' | 'auc'> {
  const own = records.filter(({ label }) => label === k);
  const called = own.map(record => (calledImage(record, options).decided === k ? 1 : 0));
  const patients = own.map(({ patient }) => patient);
  return {
    sensitivity: rateEstimate(called, patients, patientDraws(patients, options)),
    auc: estimate(records, options, subset => {
      const scores = subset.map(record => record.scores?.[k]);
      if (!scores.every(score => score !== undefined)) return undefined;
      return rocAuc(
        scores,
        subset.map(({ label }) => (label === k ? 1 : 0)),
      );
    }),
  };
}

/** Shares, and their intervals over the images that each is a share of; images of which nothing can be said are left out. */
function sharesOf<Image, Id extends string>(
  metrics: readonly (ShareMetric<Image> & { id: Id })[],
  images: readonly (Image & { patient: string })[],
  options: SummaryOptions,
): Partial<Record<Id, number>> & { intervals: Partial<Record<Id, Interval>> } {
  const found = metrics.map(({ id, among, holds }) => {
    const members = images.filter(among);
    const held = members.map(image => {
      const value = holds(image);
      return value === undefined ? undefined : Number(value);
    });
    const patients = members.map(({ patient }) => patient);
    return [id, rateEstimate(held, patients, patientDraws(patients, options))] as const;
  });
  const shares = Object.fromEntries(found.map(([id, share]) => [id, share?.value]));
  const intervals = Object.fromEntries(found.map(([id, share]) => [id, share?.interval]));
  return {
    ...(shares as Partial<Record<Id, number>>),
    intervals: intervals as Partial<Record<Id, Interval>>,
  };
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
    const rankings = applicable(generatedRankings, options).map(({ id: metric, score }) => [
      metric,
      estimate(found, options, subset => {
        const scores = subset.map(({ generated }) => score(generated));
        if (!scores.every(value => value !== undefined)) return undefined;
        return rocAuc(
          scores,
          subset.map(({ record }) => calledImage(record, options).decided),
        );
      }),
    ]);
    const pairs = pairMetrics.map(metric => [metric.id, pairMeans(found, options, metric.id)]);
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
      ...(Object.fromEntries(rankings) as Partial<Record<GeneratedRankingId, Estimate>>),
      ...(Object.fromEntries(pairs) as Record<PairId, ReturnType<typeof pairMeans>>),
      change: changeMeans(found, options),
      universal: universality(found, options),
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
  const images = found.map(({ record, generated, patient }) => ({
    ...calledImage(record, options),
    ...decisionsOnGenerated(generated, options),
    patient,
  }));
  return {
    images: found.length,
    ...sharesOf<GeneratedImage, GeneratedShareId>(applicable(generatedShares, options), images, options),
  };
}

function decisionsOnGenerated(
  { scoreSimilar, scoreAdversarial, answers }: GeneratorRecord,
  { decidedBy }: SummaryOptions,
): Pick<GeneratedImage, 'similar' | 'adversarial'> {
  const similar = answers?.similar ?? (scoreSimilar === undefined ? undefined : { score: scoreSimilar });
  return {
    similar: similar && decidedOf(similar, decidedBy),
    adversarial: decidedOf(answers?.adversarial ?? { score: scoreAdversarial }, decidedBy),
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

function changeMeans(found: readonly Found[], options: SummaryOptions): GeneratorSummary['change'] {
  const draws = patientDraws(
    found.map(({ patient }) => patient),
    options,
  );
  const means = changeMetrics.map(({ id }) => [
    id,
    meanEstimate(
      found.map(({ generated }) => generated.change?.[id]),
      draws,
    ),
  ]);
  return Object.fromEntries(means);
}

function universality(found: readonly Found[], options: SummaryOptions): GeneratorSummary['universal'] {
  const sides = decisionGroups(options.decidedBy);
  const groups = sides.length > 0 ? sides : [{ name: 'all', belongs: () => true }];
  return Object.fromEntries(
    groups.flatMap(({ name, belongs }) => {
      const members = found.filter(({ record }) => belongs(record));
      const correlations = correlationsWithOthers(members.map(({ generated }) => generated.changeThumbnail));
      const patients = members.map(({ patient }) => patient);
      const value = meanEstimate(correlations, patientDraws(patients, options));
      return value ? [[name, value] as const] : [];
    }),
  );
}

function pairMeans(
  found: readonly Found[],
  options: SummaryOptions,
  figure: PairId,
): Partial<Record<ImagePairKey, MeanOfFinite>> {
  const patients = found.map(({ patient }) => patient);
  const draws = patientDraws(patients, options);
  return Object.fromEntries(
    imagePairs.flatMap(({ key }) => {
      const values = found.map(({ generated }) => generated[figure][key]);
      const present = values.filter(value => value !== undefined);
      if (present.length === 0) return [];
      const equal = present.filter(value => value === null).length;
      const finite = values.map(value => value ?? undefined);
      const estimated = meanEstimate(finite, draws);
      return [[key, { mean: estimated?.value, interval: estimated?.interval, equal }]];
    }),
  );
}

function values<T>(items: readonly T[], pick: (item: T) => string): string[] {
  return [...new Set(items.map(pick))].sort();
}
