import { open, readFile, type FileHandle } from 'node:fs/promises';
import { hasDicomPreamble } from '../../dicom/parse';
import { toDicomJson } from './dicom-json';
import { findMissingPixels, type ReadAt } from './pixel-data';
import { readBeforePixels, readWhatIsIntact, syntaxOf, type ReadDicom } from './read-file';
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
    return await readWhole(path, await readFile(path));
  } finally {
    await file.close();
  }
}

/** Of a deflated file the beginning alone is of no use. The file meta information lies within the first kilobytes. */
function namesDeflated(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 4096)).includes(deflated);
}

/** Reads the instance that a buffer holds, as {@link readInstance} does for a file. */
export async function readWhole(path: string, bytes: Uint8Array): Promise<Instance | Skipped> {
  if (!hasDicomPreamble(bytes)) return 'not-dicom';
  // Once, since a deflated file is inflated each time.
  const whole = tryRead(readWhatIsIntact, bytes);
  if (!whole) return 'unreadable';
  if (whole.isFaulty) return describe(path, whole, 'the file is cut off or damaged before the pixel data');
  const inflated = whole.dataSet.byteArray;
  const readAt: ReadAt = async (offset, length) => inflated.subarray(offset, offset + length);
  return describe(path, whole, await findMissingPixels(whole.dataSet, readAt, inflated.length));
}

function tryRead(read: (bytes: Uint8Array) => ReadDicom, bytes: Uint8Array): ReadDicom | undefined {
  try {
    return read(bytes);
  } catch {
    return undefined;
  }
}

function describe(path: string, read: ReadDicom, damage: string | undefined): Instance | Skipped {
  const json = toDicomJson(read.dict, () => '');
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

function searchAttributes(json: DicomJson): DicomJson {
  const short = Object.entries(json).filter(
    ([, element]) =>
      element.vr !== 'SQ' &&
      !element.BulkDataURI &&
      !element.InlineBinary &&
      JSON.stringify(element.Value ?? '').length <= longestAttribute,
  );
  return Object.fromEntries(short);
}

async function readFrom(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}
