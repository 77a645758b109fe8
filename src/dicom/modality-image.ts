import type { Shutter } from '../models/collimation';
import type { ModalityImage } from '../models/preparation';
import { lookUp } from './lookup-table';
import type { ModalityLut } from './modality-lut';
import { validPixels, type Padding } from './padding';
import type { PixelFormat } from './pixel-format';
import type { StoredPixels } from './stored-values';

/** What makes modality values of stored ones, besides the pixels. */
export interface PixelHeader {
  format: Pick<PixelFormat, 'rows' | 'columns' | 'photometric' | 'bytesPerPixel'>;
  lut: ModalityLut;
  padding?: Padding;
  shutters: readonly Shutter[];
  /** Height of a pixel over its width; absent: square. */
  pixelAspect?: number;
}

/** Applies modality LUT and padding: the one way from stored pixels to modality values, in Node and in the viewer. */
export function modalityImage(
  stored: StoredPixels,
  { format, lut, padding, shutters, pixelAspect }: PixelHeader,
): ModalityImage {
  const values = new Float32Array(stored.values.length);
  if ('table' in lut) {
    for (let i = 0; i < values.length; i++) values[i] = lookUp(lut.table, stored.values[i]);
  } else {
    const { slope, intercept } = lut;
    for (let i = 0; i < values.length; i++) values[i] = stored.values[i] * slope + intercept;
  }
  return imageOf(values, () => stored, { format, padding, shutters, pixelAspect });
}

/** Modality values with what the header says of them. @param stored asked for where there may be padding, by which it is known */
export function imageOf(
  values: Float32Array,
  stored: () => StoredPixels,
  { format, padding, shutters, pixelAspect }: Omit<PixelHeader, 'lut'>,
): ModalityImage {
  const valid = padding && validPixels(stored(), padding, format.bytesPerPixel === 2);
  const { rows, columns, photometric } = format;
  return {
    values,
    rows,
    columns,
    photometric,
    shutters,
    ...(pixelAspect !== undefined && { pixelAspect }),
    ...(valid ? { valid } : {}),
  };
}
