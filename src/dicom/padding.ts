import type { DataSet } from 'dicom-parser';
import type { PixelFormat } from './pixel-format';
import type { StoredPixels } from './stored-values';

/**
 * Marks padding by Pixel Padding Value and Pixel Padding Range Limit (PS3.3 C.7.5.1.1.2), in stored values.
 *
 * @returns 1 image, 0 padding, row-major; undefined where the file declares no padding or has none
 */
export function validPixels(
  dataSet: DataSet,
  format: PixelFormat,
  stored: StoredPixels,
): Uint8Array | undefined {
  const padding = declared(dataSet, 'x00280120', format.signed);
  if (padding === undefined) return undefined;
  const limit = declared(dataSet, 'x00280121', format.signed) ?? padding;
  const low = Math.min(padding, limit);
  const high = Math.max(padding, limit);
  // signed files with fewer stored bits keep the padding value in the whole word
  const word = padding & 0xffff;
  const { values, words } = stored;
  const valid = new Uint8Array(values.length);
  let padded = 0;
  for (let i = 0; i < values.length; i++) {
    const isPadding =
      (values[i] >= low && values[i] <= high) || (format.bytesPerPixel === 2 && words[i] === word);
    if (isPadding) padded++;
    else valid[i] = 1;
  }
  return padded > 0 ? valid : undefined;
}

function declared(dataSet: DataSet, tag: string, signed: boolean): number | undefined {
  const element = dataSet.elements[tag];
  if (!element || element.length < 2) return undefined;
  return signed ? dataSet.int16(tag) : dataSet.uint16(tag);
}
