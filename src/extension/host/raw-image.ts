import type { ModalityLut } from '../../dicom/modality-lut';
import { imageOf, modalityImage } from '../../dicom/modality-image';
import type { Padding } from '../../dicom/padding';
import type { PixelFormat } from '../../dicom/pixel-format';
import { valuesOfWords, type StoredPixels } from '../../dicom/stored-values';
import { BIAS_AT_12_BITS } from '../../dicom/transfer-syntax';
import type { Shutter } from '../../models/collimation';
import type { ModalityImage } from '../../models/preparation';
import type { PixelArray } from './ohif-types';

/** Pixels as they lie in Cornerstone's cache, with what is needed to bring them to modality values. */
export interface RawImage {
  pixels: PixelArray;
  /** Slope and intercept that Cornerstone has applied already: they are taken back first. */
  applied?: { slope: number; intercept: number };
  /** By how many levels the decoder lifted all values: that of JPEG Extended does, also beyond the stored bits' range. */
  bias?: number;
  format: Pick<
    PixelFormat,
    'rows' | 'columns' | 'photometric' | 'bytesPerPixel' | 'bitsStored' | 'highBit' | 'signed'
  >;
  lut: ModalityLut;
  padding?: Padding;
  shutters: readonly Shutter[];
  /** Height of a pixel over its width; absent: square. */
  pixelAspect?: number;
}

/**
 * Modality values of cached pixels, as Node makes them of a file. Pixels that the viewer has brought to modality units are
 * taken as they are; where it went another way than the header says, they go back to stored ones first.
 */
export function toModalityImage(raw: RawImage): ModalityImage {
  const values = raw.applied ? scaledByViewer(raw) : scaledHere(raw);
  if (!values) return modalityImage(storedPixelsOf(raw), raw);
  return imageOf(values, () => storedPixelsOf(raw), raw);
}

/**
 * The pixels as Cornerstone rescaled them; undefined where it did not, where the header has a table instead, and where a
 * decoder's bias or bits that are not stored (an overlay, say) would be in the values.
 */
function scaledByViewer({ pixels, applied, bias = 0, format, lut }: RawImage): Float32Array | undefined {
  if (!applied || bias !== 0 || 'table' in lut || !isInPlace(format)) return undefined;
  if (lut.slope !== applied.slope || lut.intercept !== applied.intercept) return undefined;
  const scaled = storedEnds(format).map(stored => Math.fround(stored * applied.slope + applied.intercept));
  const [low, high] = [Math.min(...scaled), Math.max(...scaled)];
  const values = new Float32Array(pixels);
  return isWithin(values, low, high) ? values : undefined;
}

/** Of stored values that lie there as they are, rescaled without a detour; undefined where `scaledByViewer` has none either. */
function scaledHere({ pixels, bias = 0, format, lut }: RawImage): Float32Array | undefined {
  const isWhole = !(pixels instanceof Float32Array || pixels instanceof Float64Array);
  if (!isWhole || bias !== 0 || 'table' in lut || !isInPlace(format)) return undefined;
  const [low, high] = storedEnds(format);
  if (!isWithin(pixels, low, high)) return undefined;
  const values = new Float32Array(pixels);
  const { slope, intercept } = lut;
  // In double precision from whole numbers, as of a file: 2^24 holds every one of 16 bits.
  if (slope !== 1 || intercept !== 0)
    for (let i = 0; i < values.length; i++) values[i] = values[i] * slope + intercept;
  return values;
}

/** No bits beside the stored ones below them. */
function isInPlace({ bitsStored, highBit }: RawImage['format']): boolean {
  return highBit === bitsStored - 1;
}

/** Smallest and largest value that can be stored. */
function storedEnds({ bitsStored, signed }: RawImage['format']): [number, number] {
  const span = 2 ** bitsStored;
  return signed ? [-span / 2, span / 2 - 1] : [0, span - 1];
}

/** False of NaN. */
function isWithin(values: PixelArray, low: number, high: number): boolean {
  for (let i = 0; i < values.length; i++) if (!(values[i] >= low && values[i] <= high)) return false;
  return true;
}

function storedPixelsOf({ pixels, applied, bias = 0, format }: RawImage): StoredPixels {
  const { slope, intercept } = applied ?? { slope: 1, intercept: 0 };
  const values = new Int32Array(pixels.length);
  for (let i = 0; i < values.length; i++) values[i] = Math.round((pixels[i] - intercept) / slope) - bias;
  const words = new Uint16Array(values);
  // Ringing, and the decoder's bias where the viewer was not told the transfer syntax.
  const largest = 2 ** format.bitsStored - 1 + BIAS_AT_12_BITS;
  // Cornerstone hands whole words on; bits outside the stored ones are an overlay or rubbish.
  const whole = !format.signed && isInPlace(format) && isWithin(values, -Infinity, largest);
  return { values: whole ? values : valuesOfWords(words, format), words };
}
