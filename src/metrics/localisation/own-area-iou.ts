import { iouOfTop } from './iou-at-percentile';
import type { LocalisationMetric } from '../types';

/** IoU of the truth and as many of the largest pixels as the truth has: no percentile has to be chosen. */
export const ownAreaIou = {
  id: 'iouOwnArea',
  column: 'iouOwnArea',
  short: 'own area',
  title: 'IoU at the truth’s own area',
  citation: 'IoU of eq. (13) of Charachon et al., ICPR 2020, at k = |S|',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  compute: localisation => iouOfTop(localisation, localisation.truthCount),
} as const satisfies LocalisationMetric;
