import type { PixelFormat } from './pixel-format';

/** The numbers of a frame, before any lookup table. */
export interface StoredPixels {
  /** Row-major stored values, sign applied, bits above `bitsStored` cleared. */
  values: Int32Array;
  /** The whole allocated word of each pixel, for comparison with a padding value outside the stored bits. */
  words: Uint16Array;
}

/**
 * Takes the stored bits out of each pixel's word; older files keep an overlay in the unused high bits.
 *
 * @param bytes `rows * columns * bytesPerPixel` bytes
 * @param swapBytes words of two bytes are big endian (also where 8-bit pixels are packed into such words)
 */
export function storedPixels(bytes: Uint8Array, format: PixelFormat, swapBytes: boolean): StoredPixels {
  const count = format.rows * format.columns;
  const words = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    words[i] = format.bytesPerPixel === 1 ? byteAt(bytes, i, swapBytes) : wordAt(bytes, i, swapBytes);
  }
  return { values: valuesOfWords(words, format), words };
}

/** Stored values of whole words: the stored bits alone, with their sign. */
export function valuesOfWords(
  words: Uint16Array,
  { bitsStored, highBit, signed }: Pick<PixelFormat, 'bitsStored' | 'highBit' | 'signed'>,
): Int32Array {
  const values = new Int32Array(words.length);
  const shift = highBit + 1 - bitsStored;
  const mask = 2 ** bitsStored - 1;
  const signBit = 2 ** (bitsStored - 1);
  for (let i = 0; i < words.length; i++) {
    const value = (words[i] >>> shift) & mask;
    values[i] = signed && value >= signBit ? value - 2 * signBit : value;
  }
  return values;
}

function byteAt(bytes: Uint8Array, index: number, swap: boolean): number {
  if (!swap) return bytes[index];
  // an odd last byte has no partner to be swapped with
  const partner = index ^ 1;
  return bytes[partner < bytes.length ? partner : index];
}

function wordAt(bytes: Uint8Array, index: number, swap: boolean): number {
  const low = bytes[2 * index + (swap ? 1 : 0)];
  const high = bytes[2 * index + (swap ? 0 : 1)];
  return low | (high << 8);
}
