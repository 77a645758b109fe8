import type { ChangeMetric } from '../types';
import { absoluteChange } from './change';

/** Share of Σ |a − b| inside the truth. */
export const inTruth = {
  id: 'inTruth',
  column: 'change_in_truth',
  title: 'Change inside the truth',
  short: 'in truth',
  citation:
    'Share of Σ |x_s − x_a| inside the truth: the mass accuracy of Arras et al., CLEVR-XAI, 2022, arXiv 2003.07258, section 3.3, of the change',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  applies: 'images that differ and have a truth',
  compute(pair) {
    const { truth } = pair;
    const { change, total } = absoluteChange(pair);
    if (total === 0 || !truth) return undefined;
    return change.reduce((sum, value, i) => sum + (truth[i] ? value : 0), 0) / total;
  },
} as const satisfies ChangeMetric;
