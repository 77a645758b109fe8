import { open, type FileHandle } from 'node:fs/promises';
import { dictionaryVr } from '../../dicom/dictionary';
import { hasDicomPreamble } from '../../dicom/parse';
import { toDicomJson } from './dicom-json';
import { findMissingPixels, type ReadAt } from './pixel-data';
import { readBeforePixels, readWhatIsIntact, shortElementsOf, syntaxOf, type ReadDicom } from './read-file';
import { deflated } from './transfer-syntax';
import { firstText, type DicomJson } from './types';

/** What the folder's index keeps of one DICOM file. */
export interface Instance {
  path: string;
  studyUid: string;
  seriesUid: string;
  instanceUid: string;
  transferSyntax: string;
  /** Short top-level attributes: those that a search can match or return. */
  attributes: DicomJson;
  /** What is wrong with the file, when something is; it is listed all the same. */
  damage?: string;
}

/** A file that is no usable DICOM instance: something else, or so damaged that its identity is lost. */
export type Skipped = 'not-dicom' | 'unreadable';

/** Enough for the attributes before the pixel data of nearly every file. */
const headBytes = 256 * 1024;
/** So much of a file is looked into, at most, for its index entry. */
const mostBytes = 256 * 2 ** 20;
/** Longer values are no search keys. */
const longestAttribute = 512;

/** Reads one file's identity and search attributes, opening as little of it as will do. */
export async function readInstance(path: string): Promise<Instance | Skipped> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = await readFrom(file, 0, Math.min(headBytes, size));
    if (!hasDicomPreamble(head)) return 'not-dicom';
    const isPart = head.length < size && !namesDeflated(head);
    const fast = isPart ? tryRead(readBeforePixels, head) : undefined;
    if (fast?.dataSet.reachedPixels) {
      const readAt: ReadAt = (offset, length) => readFrom(file, offset, length);
      return describe(path, fast, await findMissingPixels(fast.dataSet, readAt, size));
    }
    const bytes = size > headBytes ? await readFrom(file, 0, Math.min(mostBytes, size)) : head;
    return await readWhole(path, bytes, size);
  } finally {
    await file.close();
  }
}

/**
 * Whether a file is deflated: of such a one the beginning alone is of no use. The file meta information lies within the
 * first kilobytes.
 */
export function namesDeflated(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4096)).includes(deflated);
}

/**
 * Reads the instance that a buffer holds, as {@link readInstance} does for a file.
 *
 * @param size length of the file, of which the buffer may hold the beginning alone
 */
export async function readWhole(
  path: string,
  bytes: Uint8Array,
  size = bytes.length,
): Promise<Instance | Skipped> {
  if (!hasDicomPreamble(bytes)) return 'not-dicom';
  // Once, since a deflated file is inflated each time.
  const whole = tryRead(readWhatIsIntact, bytes);
  if (!whole) return 'unreadable';
  const isPart = bytes.length < size && !whole.dataSet.reachedPixels;
  if (isPart) return describe(path, whole, `it is only read up to ${mostBytes / 2 ** 20} MiB`);
  if (whole.fault) return describe(path, whole, `before the pixel data: ${whole.fault.message}`);
  const inflated = whole.dataSet.byteArray;
  const length = inflated.length === bytes.length ? size : inflated.length;
  const readAt: ReadAt = async (offset, count) => inflated.subarray(offset, offset + count);
  return describe(path, whole, await findMissingPixels(whole.dataSet, readAt, length));
}

function tryRead(read: (bytes: Uint8Array) => ReadDicom, bytes: Uint8Array): ReadDicom | undefined {
  try {
    return read(bytes);
  } catch {
    return undefined;
  }
}

function describe(path: string, read: ReadDicom, damage: string | undefined): Instance | Skipped {
  const json = toDicomJson(shortElementsOf(read, longestAttribute), () => '');
  const instance = {
    path,
    studyUid: onlyUid(json, '0020000D'),
    seriesUid: onlyUid(json, '0020000E'),
    instanceUid: onlyUid(json, '00080018'),
    transferSyntax: syntaxOf(read.dataSet),
    attributes: searchAttributes(json),
    ...(damage ? { damage } : {}),
  };
  return instance.studyUid && instance.seriesUid && instance.instanceUid ? instance : 'unreadable';
}

/** An identifying UID; empty unless there is exactly one. */
function onlyUid(json: DicomJson, tag: string): string {
  return json[tag]?.Value?.length === 1 ? firstText(json, tag) : '';
}

/** Those of the standard alone: a file may make up any number of others. */
function searchAttributes(json: DicomJson): DicomJson {
  const short = Object.entries(json).filter(
    ([tag, element]) =>
      dictionaryVr(tag.toLowerCase()) !== undefined &&
      !element.BulkDataURI &&
      !element.InlineBinary &&
      JSON.stringify(element.Value ?? '').length <= longestAttribute,
  );
  return Object.fromEntries(short);
}

async function readFrom(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafe(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
