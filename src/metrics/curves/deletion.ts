import type { PerturbationMetric } from '../types';

export const deletion = {
  id: 'deletion',
  column: 'deletion',
  title: 'Deletion',
  short: 'deletion',
  citation:
    'Area under the score of the decided class, most important pixels set to 0 first. Petsiuk et al., RISE, BMVC 2018, arXiv 1806.07421, section 4.1',
  direction: 'lower',
  unit: '1',
  range: [0, 1],
  ends: ({ image, black }) => [image, black],
  failed: 1,
} as const satisfies PerturbationMetric;
