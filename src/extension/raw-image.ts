import type { ModalityImage } from '../models/preparation';
import type { PixelArray } from './ohif-types';

/** Pixels as they lie in Cornerstone's cache, with what is needed to bring them to modality units. */
export interface RawImage {
  pixels: PixelArray;
  rows: number;
  columns: number;
  photometric: 'MONOCHROME1' | 'MONOCHROME2';
  /** Modality LUT of the pixels as they lie here: value = pixel · slope + intercept (1, 0 where already applied). */
  slope: number;
  intercept: number;
  /** Modality LUT as a table, instead of slope and intercept; values outside take the nearest entry. */
  table?: { first: number; entries: Float32Array };
  /** Padding range in units of `pixels` (Pixel Padding Value and Range Limit, PS3.3 C.7.5.1.1.2), both ends padded. */
  padding?: { from: number; to: number };
}

/** Applies modality LUT and padding. */
export function toModalityImage(raw: RawImage): ModalityImage {
  const { pixels, rows, columns, photometric, slope, intercept, table, padding } = raw;
  const values = new Float32Array(pixels);
  if (table) {
    const last = table.entries.length - 1;
    for (let i = 0; i < values.length; i++) {
      values[i] = table.entries[Math.min(last, Math.max(0, values[i] - table.first))];
    }
  } else if (slope !== 1 || intercept !== 0) {
    for (let i = 0; i < values.length; i++) values[i] = values[i] * slope + intercept;
  }
  return { values, rows, columns, photometric, valid: padding && validMask(pixels, padding) };
}

/** 1 where the pixel is image, 0 in padding; undefined when nothing is padded. */
function validMask(pixels: PixelArray, { from, to }: { from: number; to: number }): Uint8Array | undefined {
  const valid = new Uint8Array(pixels.length);
  let padded = 0;
  for (let i = 0; i < pixels.length; i++) {
    const isPadding = pixels[i] >= from && pixels[i] <= to;
    if (isPadding) padded++;
    else valid[i] = 1;
  }
  return padded > 0 ? valid : undefined;
}
