import type { GeneratedImage, GeneratedShare } from '../types';

const facts = {
  citation:
    'Share of images whose x_s keeps the decision. Charachon et al., ICPR 2020, arXiv 2012.07332, III-A',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  of: 'similar',
  holds: ({ decided, similar }: GeneratedImage) => (similar === undefined ? undefined : similar === decided),
} as const;

export const hold = {
  ...facts,
  id: 'hold',
  title: 'hold',
  short: 'hold',
  applies: 'images with an x_s',
  among: () => true,
} as const satisfies GeneratedShare;

export const holdPositives = {
  ...facts,
  id: 'holdPositives',
  title: 'hold, positives',
  short: 'hold pos',
  ofTwoSides: true,
  applies: 'positive images with an x_s',
  among: ({ label }) => label === 1,
} as const satisfies GeneratedShare;
