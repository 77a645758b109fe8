import type { ImagePair } from '../types';

/** |a − b| by pixel, 0 where the pair is no image, and its sum. */
export function absoluteChange({ a, b, valid }: ImagePair): { change: Float64Array; total: number } {
  const change = Float64Array.from(a, (value, i) => (!valid || valid[i] ? Math.abs(value - b[i]) : 0));
  return { change, total: change.reduce((sum, value) => sum + value, 0) };
}
