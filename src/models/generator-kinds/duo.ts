import type { GeneratorKindFacts } from '../generator-kind';

/** Two U-Nets, which take twice the memory (paper, section IV-C). */
export const duo = {
  id: 'duo',
  title: 'Duo',
  outputs: ['similar', 'adversarial'],
  made: 'directly',
  sharedUnet: false,
  headDepth: 1,
  canShareReconstruction: false,
  rank: 3,
  defaults: { batch: 4, outputLevel: 1 },
} as const satisfies GeneratorKindFacts;
