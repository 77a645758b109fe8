/** Sorts pixels by their values, in three passes over the bits instead of by comparing. */

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

/** Pixels of a valid mask, or all. */
export function validPixels(length: number, valid?: Uint8Array): Uint32Array {
  const pixels = new Uint32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) if (!valid || valid[i] === 1) pixels[count++] = i;
  return pixels.subarray(0, count);
}

/** Pixels by their keys, the largest first; those of equal keys in the order that they came in. */
export function largestFirst(pixels: Uint32Array, keys: Uint32Array): Uint32Array {
  let order = pixels;
  for (const shift of [0, 11, 22]) order = countingPass(order, keys, shift);
  return order;
}

/** One stable pass of a radix sort, largest first, by eleven bits of the key. */
function countingPass(order: Uint32Array, keys: Uint32Array, shift: number): Uint32Array {
  const starts = new Uint32Array(2049);
  for (let i = 0; i < order.length; i++) starts[2048 - ((keys[order[i]] >>> shift) & 2047)]++;
  for (let i = 1; i < starts.length; i++) starts[i] += starts[i - 1];
  const sorted = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const pixel = order[i];
    sorted[starts[2047 - ((keys[pixel] >>> shift) & 2047)]++] = pixel;
  }
  return sorted;
}
