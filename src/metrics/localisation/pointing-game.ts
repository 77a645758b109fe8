import type { LocalisationMetric } from '../types';

/** 1 when the largest pixel lies in the truth, else 0; without the original's tolerance of 15 pixels. */
export const pointingGame = {
  id: 'pointing',
  column: 'pointing',
  short: 'pointing',
  title: 'Pointing game',
  citation:
    'Zhang et al., Top-down Neural Attention by Excitation Backprop, 2016, arXiv 1608.00507, section 4.2',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  rate: true,
  compute: ({ hits, constant }) => (constant ? 0 : hits[1]),
} as const satisfies LocalisationMetric;
