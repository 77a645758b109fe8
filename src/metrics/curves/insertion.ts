import type { PerturbationMetric } from '../types';

export const insertion = {
  id: 'insertion',
  column: 'insertion',
  title: 'Insertion',
  short: 'insertion',
  citation:
    'Area under the score of the decided class, most important pixels put into a blurred copy first. Petsiuk et al., RISE, BMVC 2018, arXiv 1806.07421, section 4.1',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  ends: ({ image, blurred }) => [blurred, image],
  failed: 0,
} as const satisfies PerturbationMetric;
