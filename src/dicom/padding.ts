import type { DataSet } from './data-set';
import { signedAs } from './lookup-table';
import type { StoredPixels } from './stored-values';

/** Pixel Padding Value and Pixel Padding Range Limit (PS3.3 C.7.5.1.1.2), in stored values; both ends are padding. */
export interface Padding {
  value: number;
  limit: number;
}

/** The padding that a header declares. */
export function declaredPadding(dataSet: DataSet, signed: boolean): Padding | undefined {
  const value = padding(dataSet, 'x00280120', signed);
  return value === undefined ? undefined : { value, limit: padding(dataSet, 'x00280121', signed) ?? value };
}

/**
 * Marks padding.
 *
 * @param wholeWords whether pixels have 16 bits: signed files with fewer stored bits keep the padding in the whole word
 * @returns 1 image, 0 padding, row-major; undefined where nothing is padded
 */
export function validPixels(
  { values, words }: StoredPixels,
  { value, limit }: Padding,
  wholeWords: boolean,
): Uint8Array | undefined {
  const low = Math.min(value, limit);
  const high = Math.max(value, limit);
  const word = value & 0xffff;
  const valid = new Uint8Array(values.length);
  let padded = 0;
  for (let i = 0; i < values.length; i++) {
    const isPadding = (values[i] >= low && values[i] <= high) || (wholeWords && words[i] === word);
    if (isPadding) padded++;
    else valid[i] = 1;
  }
  return padded > 0 ? valid : undefined;
}

function padding(dataSet: DataSet, tag: string, signed: boolean): number | undefined {
  const element = dataSet.elements[tag];
  if (!element || element.length < 2) return undefined;
  const value = dataSet.uint16(tag);
  return value === undefined ? undefined : signedAs(value, signed);
}
