import type { CalledImage, GeneratedRanking, GeneratedShare, RankingMetric, ShareMetric } from '../types';
import { accuracy } from './accuracy';
import { aucAdversarial, aucSimilar } from './auc-generated';
import { flip, flipNegatives, flipPositives } from './flip';
import { hold, holdPositives } from './hold';
import { auc } from './roc-auc';
import { sensitivity } from './sensitivity';
import { specificity } from './specificity';

/** The classifier's scores against the labels. */
export const rankingMetrics = [auc] as const satisfies readonly RankingMetric[];

/** The classifier's calls: at its operating point, or of the likeliest class. */
export const calledShares = [
  sensitivity,
  specificity,
  accuracy,
] as const satisfies readonly ShareMetric<CalledImage>[];

/** Scores of generated images against the decision on x. */
export const generatedRankings = [aucSimilar, aucAdversarial] as const satisfies readonly GeneratedRanking[];

/** What generated images do to the decision. */
export const generatedShares = [
  hold,
  holdPositives,
  flip,
  flipPositives,
  flipNegatives,
] as const satisfies readonly GeneratedShare[];

export type RankingId = (typeof rankingMetrics)[number]['id'];
export type CalledShareId = (typeof calledShares)[number]['id'];
export type GeneratedRankingId = (typeof generatedRankings)[number]['id'];
export type GeneratedShareId = (typeof generatedShares)[number]['id'];
