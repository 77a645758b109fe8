import { validPixels } from '../../models/sort-pixels';
import type { ChangeMetric } from '../types';

/** Half a grey level of 8 bits: a smaller difference is rounded away on a screen, where no eye can see it. */
const tolerance = 0.5 / 255;

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
  compute({ a, b, valid }) {
    const pixels = validPixels(a.length, valid);
    if (pixels.length === 0) return undefined;
    return pixels.filter(i => Math.abs(a[i] - b[i]) > tolerance).length / pixels.length;
  },
} as const satisfies ChangeMetric;
