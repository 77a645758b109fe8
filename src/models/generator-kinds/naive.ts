import type { GeneratorKindFacts } from '../generator-kind';

/** One U-Net that makes x_a alone (paper, eq. 1, 2). */
export const naive = {
  id: 'naive',
  title: 'Naive adversarial',
  outputs: ['adversarial'],
  made: 'directly',
  sharedUnet: false,
  headDepth: 1,
  canShareReconstruction: true,
  rank: 1,
  defaults: { batch: 8, outputLevel: 1 },
} as const satisfies GeneratorKindFacts;
