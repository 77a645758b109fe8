import type { ChangeMetric } from '../types';
import { halfGreyLevel, shareOfPixels } from './change';

/** Whether a screen shows a value as an end of the scale. */
const isEnd = (value: number): boolean => value < halfGreyLevel || value > 1 - halfGreyLevel;

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
  compute: pair => shareOfPixels(pair, (a, b) => isEnd(b) && !isEnd(a)),
} as const satisfies ChangeMetric;
