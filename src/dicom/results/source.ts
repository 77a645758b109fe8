import dcmjs from 'dcmjs';
import { parseFile } from '../parse';
import { readElements } from '../values';
import type { Attributes } from './types';

/**
 * Attributes of a DICOM file, its transfer syntax among them, its pixels left out.
 *
 * @param bytes a DICOM Part 10 file
 * @throws DicomImageError `not-dicom`, `truncated` or `damaged`
 */
export function sourceAttributes(bytes: Uint8Array): Attributes {
  const dataSet = parseFile(bytes, { untilPixels: true });
  return dcmjs.data.DicomMetaDictionary.naturalizeDataset(readElements(dataSet));
}
