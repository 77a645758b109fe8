import type { AreaMetric } from '../types';
import { curveArea, partialFrom } from './precision-sensitivity';

const citation =
  'Area under the mean curve of precision and sensitivity, trapezoid over sensitivity, not normalised. Charachon et al., ICPR 2020, arXiv 2012.07332, eq. (14)';

export const totalArea = {
  id: 'total',
  column: 'auc',
  title: 'AUC',
  short: 'AUC',
  citation: `${citation}; percentiles 0 to 99`,
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  compute: curve => curveArea(curve),
} as const satisfies AreaMetric;

export const partialArea = {
  id: 'partial',
  column: 'partial_auc',
  title: 'partial AUC',
  short: 'partial',
  citation: `${citation}; percentiles ${partialFrom} to 99, section IV-E`,
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  compute: curve => curveArea(curve, partialFrom),
} as const satisfies AreaMetric;
