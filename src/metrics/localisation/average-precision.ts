import type { LocalisationMetric } from '../types';

/**
 * Pixel-wise average precision, Σ (R_n − R_{n−1})·P_n over the map's distinct values from the top: the area under the
 * precision–recall curve without interpolation, as scikit-learn's `average_precision_score`.
 */
export const averagePrecision = {
  id: 'auprc',
  column: 'auprc',
  short: 'AUPRC',
  title: 'Pixel AUPRC',
  citation:
    'Arun et al., Radiology: Artificial Intelligence 2021, arXiv 2008.02766; scikit-learn average_precision_score',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  compute({ map, order, hits, truthCount, constant }) {
    if (constant) return 0;
    let area = 0;
    let counted = 0;
    for (let k = 1; k <= order.length; k++) {
      const tied = k < order.length && map[order[k]] === map[order[k - 1]];
      if (tied) continue;
      area += ((hits[k] - counted) / truthCount) * (hits[k] / k);
      counted = hits[k];
    }
    return area;
  },
} as const satisfies LocalisationMetric;
