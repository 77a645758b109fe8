import type { GeneratorKindFacts } from '../generator-kind';

/**
 * CyCE (Charachon et al. 2021, arXiv 2106.10947): a generator towards each decision, of which the one that x does not have makes x_a, and
 * the other shall lead back to x. The map is |x − x_a|: x_s is x. Here both are heads of one U-Net, as those of Single_k.
 */
export const cyce = {
  id: 'cyce',
  title: 'CyCE',
  outputs: ['similar', 'adversarial'],
  made: 'by-decision',
  sharedUnet: true,
  headDepth: 2,
  canShareReconstruction: true,
  rank: 5,
  defaults: { batch: 8, outputLevel: 1 },
} as const satisfies GeneratorKindFacts;
