import dcmjs from 'dcmjs';
import { inflateRawSync } from 'node:zlib';
import dicomParser from 'dicom-parser';
import { readByDcmjs } from '../../dicom/header';
import { deflated, explicitLittleEndian } from './transfer-syntax';

/** An element as dcmjs reads it: like DICOM JSON, with binary values as buffers. */
export interface ReadElement {
  vr?: string;
  Value?: unknown;
}

/** A dataset as dcmjs reads it, and its file meta information, both by tag. */
export interface ReadDicom {
  dict: Record<string, ReadElement>;
  meta: Record<string, ReadElement>;
}

const pixelDataTag = '7FE00010';
/** A small deflated file must not fill the memory. */
const largestInflated = 2 ** 29;

// dcmjs tells of values that it had to mend; those could name a patient.
dcmjs.log.setLevel('silent');
dcmjs.log.getLogger('validation.dcmjs').setLevel('silent');

/** Whether the bytes carry the preamble of a DICOM file (PS3.10). */
export function hasDicomPreamble(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 132 &&
    bytes[128] === 0x44 &&
    bytes[129] === 0x49 &&
    bytes[130] === 0x43 &&
    bytes[131] === 0x4d
  );
}

/**
 * Reads everything before the pixel data.
 *
 * @param bytes a DICOM file, or its beginning
 * @throws what the parser says of a damaged file
 */
export function readBeforePixels(bytes: Uint8Array): ReadDicom {
  // dicom-parser looks first: it keeps within the file, where dcmjs would allocate whatever length an element claims.
  parseElements(bytes, { untilPixels: true });
  return readHeader(bytes, false);
}

/** Reads what comes before the pixel data, of a damaged file the elements before the damage; may throw as well. */
export function readWhatIsIntact(bytes: Uint8Array): ReadDicom {
  try {
    return readBeforePixels(bytes);
  } catch (error) {
    const intact = (error as { dataSet?: dicomParser.DataSet }).dataSet;
    if (!intact) throw error;
    const ends = Object.values(intact.elements).map(({ dataOffset, length }) => dataOffset + length);
    const end = Math.max(0, ...ends.filter(offset => offset <= bytes.length));
    return readHeader(bytes.subarray(0, end), true);
  }
}

function readHeader(bytes: Uint8Array, ignoreErrors: boolean): ReadDicom {
  const read = readByDcmjs(bytes, {
    untilTag: pixelDataTag,
    includeUntilTagValue: false,
    ignoreErrors,
  });
  const longest = syntaxOf(read) === deflated ? largestInflated : bytes.length;
  if (binaryLength(read.dict) > longest) {
    throw new Error('An element claims to be longer than the file.');
  }
  return read;
}

/** Bytes of all binary values: dcmjs gives a buffer of the length that a damaged element claims, filled with zeros. */
function binaryLength(dict: Record<string, ReadElement>): number {
  let length = 0;
  for (const { Value: values } of Object.values(dict)) {
    if (!Array.isArray(values)) continue;
    for (const value of values as unknown[]) {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) length += value.byteLength;
      else if (typeof value === 'object' && value !== null) length += binaryLength(value as typeof dict);
    }
  }
  return length;
}

/** The transfer syntax that the file meta information names. */
export function syntaxOf(read: ReadDicom): string {
  const value = read.meta['00020010']?.Value;
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : explicitLittleEndian;
}

/** Whether reading got as far as the pixel data: only then is a dataset read from a file's beginning complete. */
export function reachedPixels(read: ReadDicom): boolean {
  return pixelDataTag in read.dict;
}

/** The tag of an attribute's keyword, e.g. `PatientName` → `00100010`; `undefined` for an unknown keyword. */
export function tagOfKeyword(keyword: string): string | undefined {
  const names = dcmjs.data.DicomMetaDictionary.nameMap;
  const tag = Object.hasOwn(names, keyword) ? names[keyword].tag : undefined;
  return tag?.replace(/[(),]/g, '').toUpperCase();
}

/** Parses a file with dicom-parser, which tells where each element's bytes lie. */
export function parseElements(
  bytes: Uint8Array,
  options: { untilPixels?: boolean } = {},
): dicomParser.DataSet {
  return dicomParser.parseDicom(bytes, {
    ...(options.untilPixels ? { untilTag: 'x7fe00010' } : {}),
    inflater: inflateAfter,
  });
}

/** The whole file with the deflated part after `position` inflated, as dicom-parser asks for it. */
function inflateAfter(bytes: Uint8Array, position: number): Uint8Array {
  const inflated = inflateRawSync(bytes.subarray(position), { maxOutputLength: largestInflated });
  return Buffer.concat([bytes.subarray(0, position), inflated]);
}
