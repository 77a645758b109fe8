import { validPixels } from '../../models/sort-pixels';
import type { ChangeMetric } from '../types';

/** Half a grey level of 8 bits: what is nearer to an end of the scale is shown as that end. */
const tolerance = 0.5 / 255;
const isEnd = (value: number): boolean => value < tolerance || value > 1 - tolerance;

/** Share of the pixels that the second image draws as full black or white and the first does not: anatomy hardly ever is. */
export const clipped = {
  id: 'clipped',
  column: 'change_clipped',
  title: 'Clipped pixels',
  short: 'clipped',
  citation:
    'Share of pixels that x_a draws at an end of the grey scale, 0 or 1, and x_s (x where there is none) does not; own definition',
  direction: 'lower',
  unit: '1',
  range: [0, 1],
  compute({ a, b, valid }) {
    const pixels = validPixels(a.length, valid);
    if (pixels.length === 0) return undefined;
    return pixels.filter(i => isEnd(b[i]) && !isEnd(a[i])).length / pixels.length;
  },
} as const satisfies ChangeMetric;
