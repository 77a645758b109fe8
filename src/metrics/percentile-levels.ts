import { descend, selectedCount } from './percentile-mask';
import { sortKeys } from '../models/sort-pixels';
import { tieOrder } from './ranking';

/**
 * Above how many of several percentiles each pixel lies, in a few passes over the map however many there are: the mask of
 * percentile j ({@link percentileMask}) is every pixel whose level is above j. What a slider moves over is sorted once.
 *
 * @param map values ≥ 0 or not; none NaN or infinite
 * @param percentiles in [0, 100], rising, at most 255
 * @param valid 1 = image, 0 = padding (neither counted nor selected)
 * @param floor pixels at or below it get level 0
 * @returns one level a pixel
 * @throws RangeError when a percentile is out of range, they do not rise, or a value is not finite
 */
export function percentileLevels(
  map: Float32Array,
  percentiles: readonly number[],
  valid?: Uint8Array,
  floor = -Infinity,
  seed = 0,
): Uint8Array<ArrayBuffer> {
  if (percentiles.length > 255 || percentiles.some((p, j) => j > 0 && p <= percentiles[j - 1])) {
    throw new RangeError(`At most 255 rising percentiles are needed, not ${percentiles.join(', ')}.`);
  }
  const keys = sortKeys(map);
  const thresholds = thresholdsOf(keys, percentiles, valid);
  // Where among the thresholds the keys of a bin begin: most bins hold none of them.
  const first = new Uint8Array(65537);
  for (const { key } of thresholds) first[(key >>> 16) + 1]++;
  for (let bin = 1; bin < first.length; bin++) first[bin] += first[bin - 1];
  const bounds = Float64Array.from([...thresholds.map(({ key }) => key), Infinity]);
  const levels = new Uint8Array(map.length);
  const ties = new Map<number, number[]>();
  for (let i = 0; i < keys.length; i++) {
    if ((valid && valid[i] !== 1) || !(map[i] > floor)) continue;
    const key = keys[i];
    let level = first[key >>> 16];
    while (bounds[level] < key) level++;
    levels[i] = level;
    if (bounds[level] !== key) continue;
    const tied = ties.get(level);
    if (tied) tied.push(i);
    else ties.set(level, [i]);
  }
  for (const [level, tied] of ties) {
    tied.sort((a, b) => tieOrder(seed, a) - tieOrder(seed, b) || a - b);
    const { key } = thresholds[level];
    for (let j = level; j < thresholds.length && thresholds[j].key === key; j++) {
      for (let k = 0; k < Math.min(thresholds[j].missing, tied.length); k++) levels[tied[k]]++;
    }
  }
  return levels;
}

interface Threshold {
  /** Key of the last pixel that the percentile selects. */
  key: number;
  /** How many pixels of that very key it selects. */
  missing: number;
}

/** The threshold of each percentile that selects anything, rising; by two histograms of sixteen bits. */
function thresholdsOf(
  keys: Uint32Array,
  percentiles: readonly number[],
  valid: Uint8Array | undefined,
): Threshold[] {
  const high = new Uint32Array(65536);
  let count = 0;
  for (let i = 0; i < keys.length; i++) {
    if (valid && valid[i] !== 1) continue;
    high[keys[i] >>> 16]++;
    count++;
  }
  const wanted = percentiles.map(percentile => selectedCount(count, percentile)).filter(k => k > 0);
  const places = wanted.map(k => descend(high, k));
  const low = new Map(places.map(([bin]) => [bin, new Uint32Array(65536)]));
  const histograms = Array.from({ length: 65536 }, (_, bin) => low.get(bin));
  for (let i = 0; i < keys.length; i++) {
    if (valid && valid[i] !== 1) continue;
    const histogram = histograms[keys[i] >>> 16];
    if (histogram) histogram[keys[i] & 65535]++;
  }
  return places.map(([bin, place]) => {
    const [lower, missing] = descend(low.get(bin)!, place);
    return { key: ((bin << 16) | lower) >>> 0, missing };
  });
}
