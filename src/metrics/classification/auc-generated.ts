import type { GeneratedRanking } from '../types';

const facts = {
  direction: 'higher',
  unit: '1',
  range: [0, 1],
  ofTwoSides: true,
  applies: 'images of which some are called positive and some negative',
} as const;

export const aucSimilar = {
  ...facts,
  id: 'aucSimilar',
  title: 'AUC similar',
  short: 'AUC x_s',
  citation:
    'AUC of f(x_s) against the decision on x. Charachon et al., ICPR 2020, arXiv 2012.07332, Table IV',
  score: ({ scoreSimilar }) => scoreSimilar,
} as const satisfies GeneratedRanking;

export const aucAdversarial = {
  ...facts,
  id: 'aucAdversarial',
  title: 'AUC adversarial',
  short: 'AUC x_a',
  citation:
    'AUC of 1 − f(x_a) against the decision on x. Charachon et al., ICPR 2020, arXiv 2012.07332, Table IV',
  score: ({ scoreAdversarial }) => 1 - scoreAdversarial,
} as const satisfies GeneratedRanking;
