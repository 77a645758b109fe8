import type { GeneratorKindFacts } from '../generator-kind';

/** One U-Net, two heads of one convolution (paper, section IV-C). */
export const single1 = {
  id: 'single1',
  title: 'Single_1',
  outputs: ['similar', 'adversarial'],
  made: 'directly',
  sharedUnet: true,
  headDepth: 1,
  canShareReconstruction: true,
  rank: 2,
  defaults: { batch: 8, outputLevel: 1 },
} as const satisfies GeneratorKindFacts;
