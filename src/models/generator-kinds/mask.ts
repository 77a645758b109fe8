import type { GeneratorKindFacts } from '../generator-kind';

/** Mask Generator of Dabkowski & Gal 2017 without its class selector: one U-Net, one head at half resolution. */
export const mask = {
  id: 'mask',
  title: 'Mask Generator',
  outputs: ['mask'],
  made: 'directly',
  sharedUnet: false,
  headDepth: 1,
  canShareReconstruction: false,
  rank: 1,
  defaults: { batch: 8, outputLevel: 0 },
} as const satisfies GeneratorKindFacts;
