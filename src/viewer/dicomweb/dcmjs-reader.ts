import dcmjs from 'dcmjs';
import { inflateRawSync } from 'node:zlib';
import dicomParser from 'dicom-parser';

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
 * @param options `lenient` gives what could be read of a damaged file instead of throwing
 */
export function readBeforePixels(bytes: Uint8Array, options: { lenient?: boolean } = {}): ReadDicom {
  return dcmjs.data.DicomMessage.readFile(toArrayBuffer(bytes), {
    untilTag: pixelDataTag,
    includeUntilTagValue: false,
    ignoreErrors: options.lenient ?? false,
  });
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
  return Buffer.concat([bytes.subarray(0, position), inflateRawSync(bytes.subarray(position))]);
}

function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}
