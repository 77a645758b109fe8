import type { CalledImage, ShareMetric } from '../types';

export const sensitivity = {
  id: 'sensitivity',
  title: 'Sensitivity',
  short: 'sensitivity',
  citation: 'Share of positive images that are called so at the operating point; Altman & Bland, BMJ 1994',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  ofTwoSides: true,
  applies: 'positive images',
  among: ({ label }) => label === 1,
  holds: ({ decided }) => decided === 1,
} as const satisfies ShareMetric<CalledImage>;
