/**
 * A part of a big endian value as little endian. Words are swapped where they lie in the value, which also where a frame
 * begins within one: 8-bit pixels in words (PS3.5 8.1.1 and annex A.3) come in pairs from the value's beginning on.
 *
 * @param value the whole value
 * @param start first byte of the part, in little endian order
 * @param wordLength bytes of a word: 1, 2, 4 or 8
 */
export function littleEndianPart(
  value: Uint8Array,
  start: number,
  length: number,
  wordLength: 1 | 2 | 4 | 8,
): Uint8Array {
  const part = new Uint8Array(length);
  for (let i = 0; i < length; i++) part[i] = value[(start + i) ^ (wordLength - 1)];
  return part;
}

/** Bytes of a word of native pixels: 8-bit pixels, and single bits, may be packed into words of two (VR OW). */
export function wordLengthOf(bitsAllocated: number, vr: string): 1 | 2 | 4 | 8 {
  if (bitsAllocated > 32) return 8;
  if (bitsAllocated > 16) return 4;
  return bitsAllocated > 8 || vr === 'OW' ? 2 : 1;
}
