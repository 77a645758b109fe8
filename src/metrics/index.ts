import { averagePrecision } from './average-precision';
import { iouAtPercentile, iouPercentiles } from './iou-at-percentile';
import { ownAreaIou } from './own-area-iou';
import { pointingGame } from './pointing-game';
import { relevanceMass, relevanceRank } from './relevance-accuracy';
import type { LocalisationMetric } from './types';

/** Every metric of one map against one truth; evaluation, report and tests take them from here. */
export const localisationMetrics: LocalisationMetric[] = [
  ...iouPercentiles.map(iouAtPercentile),
  pointingGame,
  ownAreaIou,
  averagePrecision,
  relevanceMass,
  relevanceRank,
];

export { patientBootstrap, patientDraws, percentileInterval, quantile, type Interval } from './bootstrap';
export {
  boxStatistics,
  enclosingBoxes,
  type BoxSize,
  type BoxStatistics,
  type Spread,
} from './box-statistics';
export { iouPercentiles } from './iou-at-percentile';
export { boxTruth } from './box-truth';
export { constantShare, isConstantMap } from './constant-map';
export { correlation } from './correlation';
export { holm } from './holm';
export { holdFlip } from './hold-flip';
export { localisationCase, rankMap, type RankedMap } from './localisation-case';
export { pairedPermutation, patientMeans } from './paired-permutation';
export { percentileMask } from './percentile-mask';
export {
  curveArea,
  curvePercentiles,
  meanCurve,
  partialFrom,
  precisionSensitivity,
  type PrecisionSensitivity,
} from './precision-sensitivity';
export { psnr, sameImageDecibels } from './psnr';
export { rocAuc } from './roc-auc';
export { strongerSide, truthSide } from './side-test';
export { ssim } from './ssim';
export type { LocalisationCase, LocalisationMetric } from './types';
export { averageTruthMap, centreGaussianMap, edgeMap, randomMap } from './trivial-maps';
export { changeFigures, type ChangeFigures } from './change';
