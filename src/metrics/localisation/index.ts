import type { ConditionalMetric, LocalisationMetric } from '../types';
import { averagePrecision } from './average-precision';
import { iouAtPercentile, iouPercentiles } from './iou-at-percentile';
import { ownAreaIou } from './own-area-iou';
import { pointingGame } from './pointing-game';
import { relevanceMass, relevanceRank } from './relevance-accuracy';
import { rightSide } from './side-test';

/** IoU at each percentile of the paper's tables. */
export const iouMetrics: readonly LocalisationMetric[] = iouPercentiles.map(iouAtPercentile);

/** Every metric of one map against one truth. */
export const localisationMetrics: readonly LocalisationMetric[] = [
  ...iouMetrics,
  pointingGame,
  ownAreaIou,
  averagePrecision,
  relevanceMass,
  relevanceRank,
];

/** Those that apply to some truths alone. */
export const conditionalMetrics = [rightSide] as const satisfies readonly ConditionalMetric[];

export type ConditionalId = (typeof conditionalMetrics)[number]['id'];
