import type { CalledImage, ShareMetric } from '../types';

export const specificity = {
  id: 'specificity',
  title: 'Specificity',
  short: 'specificity',
  citation: 'Share of negative images that are called so at the operating point; Altman & Bland, BMJ 1994',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  ofTwoSides: true,
  applies: 'negative images',
  among: ({ label }) => label === 0,
  holds: ({ decided }) => decided !== 1,
} as const satisfies ShareMetric<CalledImage>;
