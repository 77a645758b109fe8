import { largestFirst, sortKeys, validPixels } from '../models/sort-pixels';

/**
 * Orders the pixels of a map, ties broken by a seeded order that knows nothing of where a pixel lies: a map that is zero
 * over most of the image (GradCAM after its ReLU) would otherwise win or lose by the order of memory.
 */

/** Place of a pixel in the seeded order of ties: an integer hash (Wellons' lowbias32), the lower the earlier. */
export function tieOrder(seed: number, pixel: number): number {
  let hash = (pixel ^ Math.imul(seed + 1, 0x9e3779b9)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Valid pixels of a map, the largest first, ties in seeded order.
 *
 * @param valid 1 = image, 0 = padding (left out)
 * @returns pixel indices
 * @throws RangeError when a value is not finite
 */
export function rankPixels(map: Float32Array, valid?: Uint8Array, seed = 0): Uint32Array {
  const keys = sortKeys(map);
  const order = largestFirst(validPixels(map.length, valid), keys);
  orderTies(order, keys, seed);
  return order;
}

function orderTies(order: Uint32Array, keys: Uint32Array, seed: number): void {
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && keys[order[end]] === keys[order[start]]) end++;
    if (end - start > 1) {
      order.subarray(start, end).sort((a, b) => tieOrder(seed, a) - tieOrder(seed, b) || a - b);
    }
    start = end;
  }
}
