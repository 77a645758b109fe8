import dcmjs from 'dcmjs';
import { readByDcmjs } from '../header';
import type { Attributes } from './types';

/**
 * Attributes of a DICOM file that has been read as an image already, its pixels left out.
 *
 * @param bytes a DICOM Part 10 file
 * @throws what dcmjs says of a damaged header
 */
export function sourceAttributes(bytes: Uint8Array): Attributes {
  const { dict } = readByDcmjs(bytes, { untilTag: '7FE00010', includeUntilTagValue: false });
  return dcmjs.data.DicomMetaDictionary.naturalizeDataset(dict);
}
