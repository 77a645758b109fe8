import { calledShares, generatedRankings, generatedShares, rankingMetrics } from './classification';
import { areaMetrics, perturbationMetrics } from './curves';
import { conditionalMetrics, localisationMetrics } from './localisation';
import { changeMetrics, pairMetrics } from './pairs';
import { setMetrics } from './sets';
import type { MetricFacts } from './types';

/** Every metric, by what it measures: record, CSV files, tables, help and tests take them from here. */
export const metricFamilies = {
  'map against truth': [...localisationMetrics, ...conditionalMetrics],
  curve: [...areaMetrics, ...perturbationMetrics],
  'pair of images': [...pairMetrics, ...changeMetrics, ...setMetrics],
  classification: [...rankingMetrics, ...calledShares, ...generatedRankings, ...generatedShares],
} as const satisfies Record<string, readonly MetricFacts[]>;

export * from './classification';
export * from './curves';
export * from './localisation';
export * from './pairs';
export * from './sets';
export type * from './types';
export { patientBootstrap, patientDraws, percentileInterval, quantile, type Interval } from './bootstrap';
export {
  boxStatistics,
  enclosingBoxes,
  type BoxSize,
  type BoxStatistics,
  type Spread,
} from './box-statistics';
export { boxTruth } from './box-truth';
export { constantShare, isConstantMap } from './constant-map';
export { correlation } from './correlation';
export { holm } from './holm';
export { localisationCase, rankMap, type RankedMap } from './localisation/localisation-case';
export { pairedPermutation, patientMeans } from './paired-permutation';
export { pairedSwap } from './paired-swap';
export { percentileMask } from './percentile-mask';
export { rankCorrelation } from './rank-correlation';
export { averageTruthMap, centreGaussianMap, edgeMap, randomMap } from './trivial-maps';
export {
  curveArea,
  curvePercentiles,
  meanCurve,
  partialFrom,
  precisionSensitivity,
} from './curves/precision-sensitivity';
export { absoluteChange } from './pairs/change';
export { psnr, sameImageDecibels } from './pairs/psnr';
export { rocAuc } from './classification/roc-auc';
export { strongerSide, truthSide } from './localisation/side-test';
export { ssim } from './pairs/ssim';
export { wilson } from './wilson';
