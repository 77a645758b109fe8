import type { GeneratedImage, GeneratedShare } from '../types';

const facts = {
  citation:
    'Share of images whose x_a changes the decision. Charachon et al., ICPR 2020, arXiv 2012.07332, III-A',
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  of: 'adversarial',
  holds: ({ decided, adversarial }: GeneratedImage) => adversarial !== decided,
} as const;

export const flip = {
  ...facts,
  id: 'flip',
  title: 'flip',
  short: 'flip',
  applies: 'all images',
  among: () => true,
} as const satisfies GeneratedShare;

export const flipPositives = {
  ...facts,
  id: 'flipPositives',
  title: 'flip, positives',
  short: 'flip pos',
  ofTwoSides: true,
  applies: 'positive images',
  among: ({ label }) => label === 1,
} as const satisfies GeneratedShare;

export const flipNegatives = {
  ...facts,
  id: 'flipNegatives',
  title: 'flip, negatives',
  short: 'flip neg',
  ofTwoSides: true,
  applies: 'negative images',
  among: ({ label }) => label === 0,
} as const satisfies GeneratedShare;
