import type { RankingMetric } from '../types';

/**
 * Area under the ROC curve as the Mann–Whitney statistic, ties counted half (Hanley & McNeil 1982).
 *
 * @param scores any order; the higher, the more positive
 * @param labels 1 positive, 0 negative
 * @returns in [0, 1], or undefined when one class is missing
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number | undefined {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && scores[order[end]] === scores[order[start]]) end++;
    const midRank = (start + 1 + end) / 2;
    for (let k = start; k < end; k++) {
      if (labels[order[k]] !== 1) continue;
      positives++;
      rankSum += midRank;
    }
    start = end;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

export const auc = {
  id: 'auc',
  title: 'AUC',
  short: 'AUC',
  citation: 'Area under the ROC curve. Hanley & McNeil, Radiology 1982',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  ofTwoSides: true,
  applies: 'groups with images of both classes',
  compute: rocAuc,
} as const satisfies RankingMetric;
