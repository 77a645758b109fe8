import { sortKeys, validPixels } from '../models/sort-pixels';
import { tieOrder } from './ranking';

/**
 * Top-percentile mask: exactly k = round((1 − p/100)·n) of the n valid pixels, those with the largest values, ties in
 * seeded order. (M_p of Charachon et al., ICPR 2020, arXiv 2012.07332, eq. (12), made exact: "≥ percentile" alone selects
 * the whole image where a map is mostly zero.) Linear in the number of pixels, so it serves a slider at full resolution.
 *
 * @param percentile in [0, 100]
 * @param valid 1 = image, 0 = padding (neither counted nor selected)
 * @returns one byte a pixel: 1 selected, 0 not
 * @throws RangeError when the percentile is out of range or a value is not finite
 */
export function percentileMask(
  map: Float32Array,
  percentile: number,
  valid?: Uint8Array,
  seed = 0,
): Uint8Array {
  const keys = sortKeys(map);
  const pixels = validPixels(map.length, valid);
  const wanted = selectedCount(pixels.length, percentile);
  const mask = new Uint8Array(map.length);
  if (wanted === 0) return mask;
  const threshold = kthLargest(keys, pixels, wanted);
  const ties: number[] = [];
  let above = 0;
  for (const pixel of pixels) {
    if (keys[pixel] > threshold) {
      mask[pixel] = 1;
      above++;
    } else if (keys[pixel] === threshold) ties.push(pixel);
  }
  const missing = wanted - above;
  if (missing < ties.length) ties.sort((a, b) => tieOrder(seed, a) - tieOrder(seed, b) || a - b);
  for (let i = 0; i < missing; i++) mask[ties[i]] = 1;
  return mask;
}

/** Number of pixels above a percentile: round((1 − p/100)·n). @throws RangeError outside [0, 100] */
export function selectedCount(pixels: number, percentile: number): number {
  if (!(percentile >= 0 && percentile <= 100)) {
    throw new RangeError(`A percentile lies between 0 and 100; ${percentile} does not.`);
  }
  return Math.round((1 - percentile / 100) * pixels);
}

/** The k-th largest key (k ≥ 1), by two histograms of sixteen bits. */
function kthLargest(keys: Uint32Array, pixels: Uint32Array, k: number): number {
  const high = new Uint32Array(65536);
  for (const pixel of pixels) high[keys[pixel] >>> 16]++;
  const [upper, left] = descend(high, k);
  const low = new Uint32Array(65536);
  for (const pixel of pixels) if (keys[pixel] >>> 16 === upper) low[keys[pixel] & 65535]++;
  const [lower] = descend(low, left);
  return ((upper << 16) | lower) >>> 0;
}

/** The bin, counted from the top, that holds the k-th entry, and its place within the bin. */
export function descend(histogram: Uint32Array, k: number): [bin: number, place: number] {
  let bin = histogram.length - 1;
  let left = k;
  while (histogram[bin] < left) left -= histogram[bin--];
  return [bin, left];
}
