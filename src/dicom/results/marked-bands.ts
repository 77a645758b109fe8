import type { PercentileMask } from './definition';
import { ResultError } from './types';

/** "AI explanation, top 10 %", or the band below the next percentile. */
export function segmentLabel(percentile: number, next?: number): string {
  const percent = (value: number): string => `${Number((100 - value).toFixed(2))} %`;
  return next === undefined
    ? `AI explanation, top ${percent(percentile)}`
    : `AI explanation, top ${percent(percentile)} without the top ${percent(next)}`;
}

/** The pixels of one segment. */
interface Band {
  label: string;
  band: Uint8Array;
}

/**
 * Disjoint bands of masks, the lowest percentile first, those without a pixel left out: where the map marks less than a
 * percentile asks for, two percentiles select the same pixels.
 *
 * @param masks one a percentile, in any order; a higher percentile's pixels lie within a lower one's
 * @throws ResultError when no mask has a pixel, one is of another size than the image, or percentiles repeat
 */
export function markedBands(masks: readonly PercentileMask[], pixels: number): Band[] {
  if (masks.length === 0) throw new ResultError('A segmentation needs at least one percentile.');
  const sorted = [...masks].sort((a, b) => a.percentile - b.percentile);
  sorted.forEach(({ percentile, mask }, i) => {
    if (mask.length !== pixels)
      throw new ResultError(`The mask has ${mask.length} pixels, the image ${pixels}.`);
    if (sorted[i + 1]?.percentile === percentile)
      throw new ResultError(`The percentile ${percentile} is given twice.`);
  });
  const bands = sorted.map(({ percentile, mask }, i): Band => {
    const above = sorted[i + 1];
    return {
      label: segmentLabel(percentile, above?.percentile),
      band: above ? mask.map((value, pixel) => (value && !above.mask[pixel] ? 1 : 0)) : mask,
    };
  });
  const marked = bands.filter(({ band }) => band.includes(1));
  if (marked.length === 0) {
    throw new ResultError(
      'The map marks nothing: no pixel lies above the percentile and above the floor of the method, so there is no ' +
        'segmentation to make. Choose a lower percentile, or other objects.',
    );
  }
  return marked;
}
