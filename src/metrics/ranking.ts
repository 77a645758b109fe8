/**
 * Orders the pixels of a map, ties broken by a seeded order that knows nothing of where a pixel lies: a map that is zero
 * over most of the image (GradCAM after its ReLU) would otherwise win or lose by the order of memory.
 */

/** Sort keys whose unsigned order is the numeric order of the values. @throws RangeError on NaN or infinity */
export function sortKeys(map: Float32Array): Uint32Array {
  const values = new Float32Array(map.length);
  const keys = new Uint32Array(values.buffer);
  for (let i = 0; i < keys.length; i++) {
    const value = map[i];
    if (!Number.isFinite(value)) throw new RangeError(`The map holds ${value} at pixel ${i}.`);
    values[i] = value + 0; // −0 and 0 become one value
    keys[i] = keys[i] & 0x80000000 ? ~keys[i] : keys[i] | 0x80000000;
  }
  return keys;
}

/** Place of a pixel in the seeded order of ties: an integer hash (Wellons' lowbias32), the lower the earlier. */
export function tieOrder(seed: number, pixel: number): number {
  let hash = (pixel ^ Math.imul(seed + 1, 0x9e3779b9)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Pixels of a valid mask, or all. */
export function validPixels(length: number, valid?: Uint8Array): Uint32Array {
  const pixels = new Uint32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) if (!valid || valid[i] === 1) pixels[count++] = i;
  return pixels.subarray(0, count);
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
  let order = validPixels(map.length, valid);
  for (const shift of [0, 11, 22]) order = countingPass(order, keys, shift);
  orderTies(order, keys, seed);
  return order;
}

/** One stable pass of a radix sort, largest first, by eleven bits of the key. */
function countingPass(order: Uint32Array, keys: Uint32Array, shift: number): Uint32Array<ArrayBuffer> {
  const digit = (pixel: number): number => 2047 - ((keys[pixel] >>> shift) & 2047);
  const starts = new Uint32Array(2049);
  for (const pixel of order) starts[digit(pixel) + 1]++;
  for (let i = 1; i < starts.length; i++) starts[i] += starts[i - 1];
  const sorted = new Uint32Array(order.length);
  for (const pixel of order) sorted[starts[digit(pixel)]++] = pixel;
  return sorted;
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
