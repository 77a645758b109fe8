import type { GeneratorKindFacts } from '../generator-kind';

/** One U-Net, two heads of two convolutions (paper, section IV-C). */
export const single2 = {
  id: 'single2',
  title: 'Single_2',
  outputs: ['similar', 'adversarial'],
  made: 'directly',
  sharedUnet: true,
  headDepth: 2,
  canShareReconstruction: true,
  rank: 1,
  defaults: { batch: 8, outputLevel: 1 },
} as const satisfies GeneratorKindFacts;
