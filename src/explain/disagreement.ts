import { hardlySeen } from '../models/colour-map';
import type { ExplainedInput } from './film-session';

/** Where an averaged map cannot be relied on, pixel by pixel. */
export interface Disagreement {
  /** Of `mapSize`: 1 where the transforms differ by more than their mean, 0 elsewhere. */
  pixels: Uint8Array;
  /** Part of what is spoken of that differs so, in [0, 1]. */
  share: number;
}

/**
 * Where the transforms of an averaged map differ by more than its own value: the standard deviation over the transforms is
 * larger than their mean, so that other transforms may give a map with nothing there, or with more. Spoken of are pixels in
 * which mean or standard deviation reach a tenth of the map's maximum.
 *
 * @returns undefined for a map of a single pass, or one that marks nothing
 */
export function disagreementOf({
  map,
  spread,
  top,
}: Pick<ExplainedInput, 'map' | 'spread'> & { top: number }): Disagreement | undefined {
  if (!spread) return undefined;
  const floor = hardlySeen * top;
  if (floor === 0) return undefined;
  const pixels = new Uint8Array(map.length);
  let [spokenOf, differing] = [0, 0];
  map.forEach((value, pixel) => {
    if (Math.max(value, spread[pixel]) < floor) return;
    spokenOf += 1;
    if (spread[pixel] <= value) return;
    pixels[pixel] = 1;
    differing += 1;
  });
  return { pixels, share: differing / spokenOf };
}
