import { iouOfTop } from './iou-at-percentile';
import type { LocalisationMetric } from './types';

/** IoU of the truth and as many of the largest pixels as the truth has: no percentile has to be chosen. */
export const ownAreaIou: LocalisationMetric = {
  id: 'iouOwnArea',
  title: 'IoU at the truth’s own area',
  citation: 'IoU of eq. (13) of Charachon et al., ICPR 2020, at k = |S|',
  direction: 'higher',
  compute: localisation => iouOfTop(localisation, localisation.truthCount),
};
