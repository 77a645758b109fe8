import { selectedCount } from '../percentile-mask';
import type { LocalisationCase, LocalisationMetric } from '../types';

/** Percentiles of the paper's Tables VI to VIII. */
export const iouPercentiles = [80, 85, 90, 95, 98];

/**
 * IoU of the top-percentile mask and the truth, |S ∩ M_p| / |S ∪ M_p|.
 * Charachon et al., ICPR 2020, arXiv 2012.07332, eq. (12), (13).
 */
export function iouAtPercentile(percentile: number): LocalisationMetric {
  return {
    id: `iou${percentile}`,
    column: `iou${percentile}`,
    short: `IoU@${percentile}`,
    title: `IoU at percentile ${percentile}`,
    citation: 'Charachon et al., ICPR 2020, arXiv 2012.07332, eq. (12), (13)',
    direction: 'higher',
    unit: '1',
    range: [0, 1],
    compute: localisation => iouOfTop(localisation, selectedCount(localisation.order.length, percentile)),
  };
}

/** IoU of the k largest pixels and the truth; 0 for a constant map. */
export function iouOfTop({ hits, truthCount, constant }: LocalisationCase, k: number): number {
  if (constant) return 0;
  return hits[k] / (truthCount + k - hits[k]);
}
