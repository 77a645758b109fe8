import type { GeneratorKindFacts } from '../generator-kind';

/**
 * SyCE (Charachon et al. 2021, arXiv 2106.10947): x_s is what the generator makes of x_a, so both images have passed through it, and x_s
 * shall be x again. The authors have one generator for each decision, bound to one another by a cycle; as each also has to lead
 * back from its own x_a, here one does for both.
 */
export const syce = {
  id: 'syce',
  title: 'SyCE',
  outputs: ['similar', 'adversarial'],
  made: 'by-second-pass',
  sharedUnet: true,
  headDepth: 2,
  canShareReconstruction: true,
  rank: 4,
  defaults: { batch: 8, outputLevel: 1 },
} as const satisfies GeneratorKindFacts;
