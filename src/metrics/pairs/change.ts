import { validPixels } from '../../models/sort-pixels';
import type { ImagePair } from '../types';

/** Half a grey level of 8 bits: what is nearer than that looks the same on a screen. */
export const halfGreyLevel = 0.5 / 255;

/** |a − b| by pixel, 0 where the pair is no image, and its sum. */
export function absoluteChange({ a, b, valid }: ImagePair): { change: Float64Array; total: number } {
  const change = Float64Array.from(a, (value, i) => (!valid || valid[i] ? Math.abs(value - b[i]) : 0));
  return { change, total: change.reduce((sum, value) => sum + value, 0) };
}

/** Share of the pair's pixels of which something holds, of a's value and b's; undefined where the pair is no image anywhere. */
export function shareOfPixels(
  { a, b, valid }: ImagePair,
  holds: (a: number, b: number) => boolean,
): number | undefined {
  const pixels = validPixels(a.length, valid);
  if (pixels.length === 0) return undefined;
  return pixels.filter(i => holds(a[i], b[i])).length / pixels.length;
}
