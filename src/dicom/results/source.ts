import dcmjs from 'dcmjs';
import type { Attributes } from './types';

/**
 * Attributes of a DICOM file that has been read as an image already, its pixels left out.
 *
 * @param bytes a DICOM Part 10 file
 * @throws what dcmjs says of a damaged header
 */
export function sourceAttributes(bytes: Uint8Array): Attributes {
  const { DicomMessage, DicomMetaDictionary } = dcmjs.data;
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { dict } = DicomMessage.readFile(buffer, { untilTag: '7FE00010', includeUntilTagValue: false });
  return DicomMetaDictionary.naturalizeDataset(dict);
}
