import { correlation } from '../metrics';

/** Side of a stored thumbnail. */
const side = 56;

/**
 * 56 × 56 block means of a map, scaled to 0…255 by the largest, base64: enough to look for patterns that all maps share.
 *
 * @param map size × size, not negative
 */
export function thumbnail(map: Float32Array, size: number): string {
  const sums = new Float64Array(side * side);
  const counts = new Uint32Array(sums.length);
  map.forEach((value, i) => {
    const row = Math.floor((Math.floor(i / size) * side) / size);
    const block = row * side + Math.floor(((i % size) * side) / size);
    sums[block] += value;
    counts[block]++;
  });
  const means = sums.map((sum, i) => (counts[i] ? sum / counts[i] : 0));
  const largest = Math.max(...means);
  return Buffer.from(means.map(value => Math.round((255 * value) / largest))).toString('base64');
}

/**
 * Of each thumbnail, the correlation (Pearson) with the mean of the others, each of them scaled to a sum of 1: near 1, the map is the
 * same whatever the image. Undefined where there are no others, and of one that is constant or empty.
 */
export function correlationsWithOthers(thumbnails: readonly (string | undefined)[]): (number | undefined)[] {
  const maps = thumbnails.map(text => (text ? bytesOf(text) : undefined));
  const scaled = maps.map(map => map && scaledToOne(map));
  const present = scaled.filter(map => map !== undefined);
  if (present.length < 2) return maps.map(() => undefined);
  const total = new Float64Array(present[0].length);
  for (const map of present) for (let i = 0; i < total.length; i++) total[i] += map[i];
  return maps.map((map, k) => {
    const own = scaled[k];
    return (
      map &&
      own &&
      correlation(
        map,
        total.map((sum, i) => sum - own[i]),
      )
    );
  });
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0));
}

function scaledToOne(bytes: Uint8Array): Float64Array {
  const sum = bytes.reduce((a, b) => a + b, 0);
  return Float64Array.from(bytes, value => value / Math.max(1, sum));
}
