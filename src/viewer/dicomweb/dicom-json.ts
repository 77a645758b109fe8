import { decimalOf } from '../../dicom/number-strings';
import type { DicomJson, DicomJsonElement } from './types';

/** An element as dcmjs reads it: DICOM JSON, except that binary values are buffers and raw strings are kept. */
interface ReadElement {
  vr?: string;
  Value?: unknown;
}

/** What `BulkDataURI` a binary value gets; `path` names the element, e.g. `00283000/0/00283006`. */
export type BulkUri = (path: string) => string;

/** Binary values up to this many bytes travel inside the metadata, longer ones by `BulkDataURI`. */
const inlineLimit = 1024;

const binaryVrs = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
const numberVrs = new Set(['DS', 'FD', 'FL', 'IS', 'SL', 'SS', 'SV', 'UL', 'US', 'UV']);

/**
 * Turns a dataset read by dcmjs into the DICOM JSON model (PS3.18 annex F).
 *
 * @param dataset elements by tag, e.g. `00100010`
 * @param bulkUri makes the address of a long binary value
 * @param parent path of the enclosing sequence item; empty at the top
 */
export function toDicomJson(dataset: Record<string, ReadElement>, bulkUri: BulkUri, parent = ''): DicomJson {
  const json: DicomJson = {};
  for (const tag of Object.keys(dataset).sort()) {
    // Group lengths are not part of the JSON model, and pixel data has its own resource (frames).
    if (tag.endsWith('0000') || tag === '7FE00010') continue;
    json[tag] = toElement(dataset[tag], bulkUri, parent + tag);
  }
  return json;
}

function toElement(element: ReadElement, bulkUri: BulkUri, path: string): DicomJsonElement {
  const vr = element.vr ?? 'UN';
  const values = asList(element.Value);
  if (vr === 'SQ') {
    const items = values.map((item, index) =>
      toDicomJson(item as Record<string, ReadElement>, bulkUri, `${path}/${index}/`),
    );
    return withValues('SQ', items);
  }
  if (values.some(isBinary) || binaryVrs.has(vr)) return toBinary(vr, values, bulkUri, path);
  if (vr === 'PN') return withValues(vr, values.map(toPersonName));
  if (numberVrs.has(vr)) return withValues(vr, values.map(toNumber));
  if (vr === 'AT') return withValues(vr, values.map(toTag));
  return withValues(
    vr,
    values.map(value => (value === null || value === undefined || value === '' ? null : String(value))),
  );
}

/** An element without values is written as its VR alone. */
function withValues(vr: string, values: unknown[]): DicomJsonElement {
  const empty = values.every(value => value === null);
  return empty ? { vr } : { vr, Value: values };
}

function toBinary(vr: string, values: unknown[], bulkUri: BulkUri, path: string): DicomJsonElement {
  const bytes = concatBinary(values);
  if (bytes.length === 0) return { vr };
  return bytes.length <= inlineLimit
    ? { vr, InlineBinary: Buffer.from(bytes).toString('base64') }
    : { vr, BulkDataURI: bulkUri(path) };
}

/** The bytes of a binary element: the value that a `BulkDataURI` stands for. */
function concatBinary(values: unknown[]): Uint8Array {
  return Buffer.concat(values.filter(isBinary).map(toBytes));
}

/**
 * The binary value at a path made by {@link toDicomJson}, or `undefined` where there is none.
 *
 * @param path tags and item numbers, e.g. `['00283000', '0', '00283006']`
 */
export function binaryAt(dataset: Record<string, ReadElement>, path: string[]): Uint8Array | undefined {
  const [tag, item, ...rest] = path;
  const element = Object.hasOwn(dataset, tag) ? dataset[tag] : undefined;
  if (!element) return undefined;
  const values = asList(element.Value);
  if (item === undefined) return values.some(isBinary) ? concatBinary(values) : undefined;
  const next = values[Number(item)];
  return element.vr === 'SQ' && isRecord(next) ? binaryAt(next, rest) : undefined;
}

function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Record<string, ReadElement> {
  return typeof value === 'object' && value !== null;
}

function isBinary(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function toBytes(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

function toPersonName(value: unknown): unknown {
  if (typeof value === 'string') return value === '' ? null : { Alphabetic: value };
  if (typeof value !== 'object' || value === null) return null;
  const groups = Object.entries(value).filter(([, part]) => typeof part === 'string' && part !== '');
  return groups.length > 0 ? Object.fromEntries(groups) : null;
}

/** Numbers stay numbers; text that is no number (a malformed DS) is kept, since hiding it would be a guess. */
function toNumber(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = decimalOf(value);
  return Number.isNaN(number) ? value.trim() : number;
}

function toTag(value: unknown): unknown {
  return typeof value === 'number' ? value.toString(16).toUpperCase().padStart(8, '0') : value;
}
