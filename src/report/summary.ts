import { holdFlip, rocAuc } from '../metrics';
import { estimate, mean, type Estimate, type SummaryOptions } from './estimate';
import { subgroups } from './groups';
import type { CaseRecord, GeneratorRecord, PairFigures } from './records';

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
  /** Id in the model card. */
  id: string;
  images: number;
  hold?: number;
  holdPositives?: number;
  flip?: number;
  flipPositives?: number;
  flipNegatives?: number;
  /** AUC of f(x_s), and of 1 − f(x_a), against the decision on x (paper, Table IV). */
  aucSimilar?: Estimate;
  aucAdversarial?: Estimate;
  psnr: Partial<Record<keyof PairFigures, MeanOfFinite>>;
  ssim: Partial<Record<keyof PairFigures, MeanOfFinite>>;
}

/** Mean over the images where the figure is finite; `equal` images have no noise and no finite PSNR. */
export interface MeanOfFinite {
  mean?: number;
  equal: number;
}

/** Classifier figures overall and by view, collection, sex and age; groups without both classes have no AUC. */
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
      images: found.length,
      hold: rates().hold,
      holdPositives: rates(1).hold,
      flip: rates().flip,
      flipPositives: rates(1).flip,
      flipNegatives: rates(0).flip,
      aucSimilar: auc(generated => generated.scoreSimilar),
      aucAdversarial: auc(generated => 1 - generated.scoreAdversarial),
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

function values<T>(items: readonly T[], pick: (item: T) => string): string[] {
  return [...new Set(items.map(pick))].sort();
}
