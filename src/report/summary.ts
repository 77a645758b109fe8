import {
  correlation,
  curveArea,
  holdFlip,
  localisationMetrics,
  meanCurve,
  partialFrom,
  patientBootstrap,
  quantile,
  rocAuc,
  type Interval,
} from '../metrics';
import type { CaseRecord, GeneratorRecord, MapFigures, MapRecord, MapTitle, PairFigures } from './records';

/** A figure with its bootstrap interval (patients as the unit); the interval is absent where it has no value. */
export interface Estimate {
  value: number;
  interval?: Interval;
  images: number;
}

export interface ClassifierSummary {
  group: string;
  positives: number;
  negatives: number;
  auc?: Estimate;
  /** At the operating point. */
  sensitivity?: number;
  specificity?: number;
}

export interface GeneratorSummary {
  kind: string;
  hold?: number;
  holdPositives?: number;
  flip?: number;
  flipPositives?: number;
  flipNegatives?: number;
  /** AUC of f(x_s), and of 1 − f(x_a), against the decision on x (paper, Table IV). */
  aucSimilar?: number;
  aucAdversarial?: number;
  psnr: Partial<Record<keyof PairFigures, MeanOfFinite>>;
  ssim: Partial<Record<keyof PairFigures, MeanOfFinite>>;
}

/** Mean over the images where the figure is finite; `equal` images have no noise and no finite PSNR. */
export interface MeanOfFinite {
  mean?: number;
  equal: number;
}

export interface MapSummary extends MapTitle {
  images: number;
  failures: number;
  /** By metric id. */
  right: Record<string, Estimate>;
  control: Record<string, number>;
  /** Area under the mean precision–sensitivity curve, all percentiles and 60 to 99. */
  area: { total: Estimate; partial: Estimate; controlTotal: number; controlPartial: number };
  /** IoU@90 and pointing game by view and collection. */
  groups: Record<string, { images: number; iou90: number; pointing: number }>;
  /** Mean correlation of a map with the mean of all other maps: near 1, the map is the same whatever the image. */
  universal?: number;
  medianConstantShare: number;
  medianSeconds?: number;
}

export interface SummaryOptions {
  operatingPoint: number;
  resamples: number;
  seed: number;
}

/** Classifier figures overall, by view and by collection; groups without both classes have no AUC. */
export function summariseClassifier(
  records: readonly CaseRecord[],
  options: SummaryOptions,
): ClassifierSummary[] {
  const groups: [string, (record: CaseRecord) => boolean][] = [
    ['all', () => true],
    ...values(records, record => record.view).map(
      view =>
        [`view ${view || 'unknown'}`, (r: CaseRecord) => r.view === view] as [
          string,
          (r: CaseRecord) => boolean,
        ],
    ),
    ...values(records, record => record.collection).map(
      name =>
        [`collection ${name}`, (r: CaseRecord) => r.collection === name] as [
          string,
          (r: CaseRecord) => boolean,
        ],
    ),
  ];
  return groups.map(([group, belongs]) => classifierGroup(group, records.filter(belongs), options));
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
  };
}

/** What the generators' images do to the classifier, and how far they are from x. */
export function summariseGenerators(
  records: readonly CaseRecord[],
  options: SummaryOptions,
): GeneratorSummary[] {
  const kinds = values(
    records.flatMap(record => Object.keys(record.generators)),
    kind => kind,
  );
  return kinds.map(kind => {
    const found = records.flatMap(record => {
      const generated = record.generators[kind];
      return generated ? [{ record, generated }] : [];
    });
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
    const decisions = found.map(({ record }) => (record.score > options.operatingPoint ? 1 : 0));
    const similar = found.map(({ generated }) => generated.scoreSimilar);
    return {
      kind,
      hold: rates().hold,
      holdPositives: rates(1).hold,
      flip: rates().flip,
      flipPositives: rates(1).flip,
      flipNegatives: rates(0).flip,
      aucSimilar: similar.every(score => score !== undefined) ? rocAuc(similar, decisions) : undefined,
      aucAdversarial: rocAuc(
        found.map(({ generated }) => 1 - generated.scoreAdversarial),
        decisions,
      ),
      psnr: pairMeans(
        found.map(({ generated }) => generated),
        'psnr',
      ),
      ssim: pairMeans(
        found.map(({ generated }) => generated),
        'ssim',
      ),
    };
  });
}

function pairMeans(records: readonly GeneratorRecord[], figure: 'psnr' | 'ssim'): GeneratorSummary['psnr'] {
  const pairs = ['originalSimilar', 'originalAdversarial', 'similarAdversarial'] as const;
  return Object.fromEntries(
    pairs.flatMap(pair => {
      const found = records.map(record => record[figure][pair]).filter(value => value !== undefined);
      if (found.length === 0) return [];
      const finite = found.filter(value => value !== null);
      return [
        [pair, { mean: finite.length ? mean(finite) : undefined, equal: found.length - finite.length }],
      ];
    }),
  );
}

/** Localisation figures of each map over the images with truth. */
export function summariseMaps(
  records: readonly CaseRecord[],
  titles: readonly MapTitle[],
  options: SummaryOptions,
): MapSummary[] {
  return titles.flatMap(title => {
    const withMap = records.filter(record => record.maps[title.key]);
    return withMap.length ? [summariseMap(title, withMap, options)] : [];
  });
}

function summariseMap(
  { key, title }: MapTitle,
  records: readonly CaseRecord[],
  options: SummaryOptions,
): MapSummary {
  const map = (record: CaseRecord): MapRecord => record.maps[key];
  const area =
    (pick: (m: MapRecord) => MapFigures, from: number) =>
    (subset: readonly CaseRecord[]): number =>
      curveArea(meanCurve(subset.map(record => pick(map(record)))), from);
  const right = (record: MapRecord): MapFigures => record.right;
  const control = (record: MapRecord): MapFigures => record.control;
  const seconds = records.map(record => map(record).seconds).filter(value => value !== undefined);
  return {
    key,
    title,
    images: records.length,
    failures: records.filter(record => map(record).failure).length,
    right: Object.fromEntries(
      localisationMetrics.map(({ id }) => [
        id,
        estimate(records, options, subset => mean(subset.map(r => map(r).right.values[id])))!,
      ]),
    ),
    control: Object.fromEntries(
      localisationMetrics.map(({ id }) => [id, mean(records.map(r => map(r).control.values[id]))]),
    ),
    area: {
      total: estimate(records, options, area(right, 0))!,
      partial: estimate(records, options, area(right, partialFrom))!,
      controlTotal: area(control, 0)(records),
      controlPartial: area(control, partialFrom)(records),
    },
    groups: Object.fromEntries(
      [
        ...groupBy(records, r => `view ${r.view || 'unknown'}`),
        ...groupBy(records, r => `collection ${r.collection}`),
      ].map(([group, members]) => [
        group,
        {
          images: members.length,
          iou90: mean(members.map(r => map(r).right.values.iou90)),
          pointing: mean(members.map(r => map(r).right.values.pointing)),
        },
      ]),
    ),
    universal: universality(
      records.map(record => map(record).thumbnail).filter(thumbnail => thumbnail !== ''),
    ),
    medianConstantShare: median(records.map(record => map(record).constantShare)),
    medianSeconds: seconds.length ? median(seconds) : undefined,
  };
}

/** Mean correlation of each map with the mean of the others. */
function universality(thumbnails: readonly string[]): number | undefined {
  if (thumbnails.length < 2) return undefined;
  const maps = thumbnails.map(decodeThumbnail);
  const total = new Float64Array(maps[0].length);
  for (const map of maps) for (let i = 0; i < total.length; i++) total[i] += map[i];
  const found = maps
    .map(map =>
      correlation(
        map,
        total.map((sum, i) => sum - map[i]),
      ),
    )
    .filter(value => value !== undefined);
  return found.length ? mean(found) : undefined;
}

function decodeThumbnail(text: string): Float64Array {
  const bytes = Float64Array.from(atob(text), character => character.charCodeAt(0));
  const sum = bytes.reduce((a, b) => a + b, 0);
  return bytes.map(value => value / Math.max(1, sum));
}

function estimate(
  records: readonly CaseRecord[],
  { resamples, seed }: SummaryOptions,
  statistic: (subset: readonly CaseRecord[]) => number | undefined,
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

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function median(numbers: readonly number[]): number {
  return quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  );
}

function values<T>(items: readonly T[], pick: (item: T) => string): string[] {
  return [...new Set(items.map(pick))].sort();
}

function groupBy<T>(items: readonly T[], pick: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(pick(item), [...(groups.get(pick(item)) ?? []), item]);
  return groups;
}
