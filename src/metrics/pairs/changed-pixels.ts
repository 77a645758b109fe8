import type { ChangeMetric } from '../types';
import { halfGreyLevel, shareOfPixels } from './change';

/** Share of the pixels that differ at all: the ℓ₀ distance, sparsity as counterfactuals are judged by. */
export const changedPixels = {
  id: 'changedPixels',
  column: 'change_pixels',
  title: 'Changed pixels',
  short: 'changed',
  citation:
    'Share of pixels with |x_s − x_a| above half a grey level of 8 bits; sparsity (ℓ₀) of Mothilal, Sharma, Tan, FAT* 2020, arXiv 1905.07697, section 3.3',
  direction: 'lower',
  unit: '1',
  range: [0, 1],
  compute: pair => shareOfPixels(pair, (a, b) => Math.abs(a - b) > halfGreyLevel),
} as const satisfies ChangeMetric;
