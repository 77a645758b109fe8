import type { CalledImage, ShareMetric } from '../types';

export const accuracy = {
  id: 'accuracy',
  title: 'Accuracy',
  short: 'accuracy',
  citation:
    'Share of images whose likeliest class is theirs, own definition for classes that exclude each other',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  ofClasses: true,
  applies: 'images of one of several classes',
  among: () => true,
  holds: ({ decided, label }) => decided === label,
} as const satisfies ShareMetric<CalledImage>;
