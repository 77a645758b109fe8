import { validPixels } from '../models/sort-pixels';

/** Whether all valid pixels of a map have one value: it explains nothing, whatever its ties would select. */
export function isConstantMap(map: Float32Array, valid?: Uint8Array): boolean {
  const pixels = validPixels(map.length, valid);
  return pixels.every(pixel => map[pixel] === map[pixels[0]]);
}

/** Share of valid pixels that have the map's most frequent value, in [0, 1]; 0 for an image without valid pixels. */
export function constantShare(map: Float32Array, valid?: Uint8Array): number {
  const counts = new Map<number, number>();
  let most = 0;
  const pixels = validPixels(map.length, valid);
  for (const pixel of pixels) {
    const count = (counts.get(map[pixel]) ?? 0) + 1;
    counts.set(map[pixel], count);
    if (count > most) most = count;
  }
  return pixels.length === 0 ? 0 : most / pixels.length;
}
