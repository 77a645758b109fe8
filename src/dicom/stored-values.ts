import type { DecodedFrame } from './codecs';
import { DicomImageError } from './errors';
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
 * @param bytes `rows * columns * bytesPerPixel` bytes, little endian
 */
export function storedPixels(bytes: Uint8Array, format: PixelFormat): StoredPixels {
  const count = format.rows * format.columns;
  const words = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    words[i] = format.bytesPerPixel === 1 ? bytes[i] : bytes[2 * i] | (bytes[2 * i + 1] << 8);
  }
  return { values: valuesOfWords(words, format), words };
}

/**
 * Stored values of a compressed frame's samples. Those of a coding with loss are taken as they are, since ringing may reach
 * beyond the stored bits; those of one without are whole words, of which the stored bits are taken out.
 *
 * @param overlayBits whether the header puts an overlay into the bits that are not stored
 * @throws DicomImageError `damaged` where samples have more bits than the header says and nothing explains them
 */
export function storedSamples(
  { samples, codestream }: DecodedFrame,
  format: PixelFormat,
  overlayBits: boolean,
): StoredPixels {
  const words = Uint16Array.from(samples);
  const ownSign = codestream.signed ?? false;
  if (codestream.lossy && ownSign === format.signed) return { values: samples, words };
  const values = valuesOfWords(words, format);
  if (overlayBits || codestream.precision <= format.bitsStored || format.highBit !== format.bitsStored - 1) {
    return { values, words };
  }
  // Signed pixels may lie in their words with or without the sign's bits above it.
  const mask = 2 ** format.bitsStored - 1;
  const fits = values.every((value, i) => words[i] === (value & 0xffff) || words[i] === (value & mask));
  if (fits) return { values, words };
  throw new DicomImageError(
    'damaged',
    `The header says ${format.bitsStored} bits stored, but the compressed pixels have more. ` +
      'Have the archive correct the header or send the file uncompressed.',
  );
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
