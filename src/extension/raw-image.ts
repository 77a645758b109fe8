import type { ModalityLut } from '../dicom/modality-lut';
import { modalityImage } from '../dicom/modality-image';
import type { Padding } from '../dicom/padding';
import type { PixelFormat } from '../dicom/pixel-format';
import { valuesOfWords, type StoredPixels } from '../dicom/stored-values';
import { BIAS_AT_12_BITS } from '../dicom/transfer-syntax';
import type { Shutter } from '../models/collimation';
import type { ModalityImage } from '../models/preparation';
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
}

/** Takes the cached pixels back to stored ones, then applies modality LUT and padding as Node does for a file. */
export function toModalityImage(raw: RawImage): ModalityImage {
  return modalityImage(storedPixelsOf(raw), raw);
}

function storedPixelsOf({ pixels, applied, bias = 0, format }: RawImage): StoredPixels {
  const { slope, intercept } = applied ?? { slope: 1, intercept: 0 };
  const values = Int32Array.from(pixels, value => Math.round((value - intercept) / slope) - bias);
  const words = Uint16Array.from(values);
  const inPlace = format.highBit === format.bitsStored - 1;
  // Ringing, and the decoder's bias where the viewer was not told the transfer syntax.
  const largest = 2 ** format.bitsStored - 1 + BIAS_AT_12_BITS;
  // Cornerstone hands whole words on; bits outside the stored ones are an overlay or rubbish.
  const whole = !format.signed && inPlace && values.every(value => value <= largest);
  return { values: whole ? values : valuesOfWords(words, format), words };
}
