import type { PercentileMask } from './definition';
import { ResultError } from './types';

/** What a segment is called first of all; viewers show little more of it. */
export function segmentSubject(negative: boolean): string {
  return negative ? 'AI NEG, not a lesion' : 'AI explanation';
}

/** "AI explanation, top 10 %", or the band below the next percentile; of what was not found "AI NEG, not a lesion, top 10 %". */
export function segmentLabel(negative: boolean, percentile: number, next?: number): string {
  const percent = (value: number): string => `${Number((100 - value).toFixed(2))} %`;
  const label = `${segmentSubject(negative)}, top ${percent(percentile)}`;
  return next === undefined ? label : `${label} without the top ${percent(next)}`;
}

/** The pixels of one segment. */
interface Band {
  percentile: number;
  label: string;
  /** rows × columns: 1 in, 0 out. */
  band: Uint8Array;
}

/**
 * Disjoint bands of masks, the lowest percentile first, those without a pixel left out: where the map marks less than a
 * percentile asks for, two percentiles select the same pixels.
 *
 * @param masks one a percentile, in any order; a higher percentile's pixels lie within a lower one's
 * @param negative whether they are of a film on which nothing was found
 * @throws ResultError when no mask has a pixel, one is of another size than the image, or percentiles repeat
 */
export function markedBands(masks: readonly PercentileMask[], pixels: number, negative: boolean): Band[] {
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
      percentile,
      label: segmentLabel(negative, percentile, above?.percentile),
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
