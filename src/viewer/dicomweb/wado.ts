import { inflationLimit } from '../../dicom/parse';
import type { MemoryBudget } from '../memory-budget';
import { withFileCautions } from '../../dicom/file-cautions';
import { Turns } from '../turns';
import { notAcceptable, type Accepts } from './accept';
import type { DicomFolder } from './dicom-folder';
import { binaryAt, toDicomJson } from './dicom-json';
import { readFrames } from './frames';
import { writeMultipart, type Content } from './multipart';
import { Problem } from './problem';
import { elementsOf, readWhatIsIntact } from './read-file';
import type { Instance } from './read-instance';
import { deflated, frameMediaType, servedSyntax } from './transfer-syntax';

/** Where instances are read, and the memory that all requests share for it. */
export interface Source {
  folder: DicomFolder;
  memory: MemoryBudget;
}

/** Files are passed on in pieces of so many bytes. */
const pieceLength = 256 * 1024;
/**
 * One after the other is described: of all descriptions that are not counted yet there is one at a time. Its length is
 * bounded by what reading a file may take (`reading-cost.ts`).
 */
const describing = new Turns();

/** Whole DICOM files (PS3.18 section 10.4.1.1.1): multipart, or one file alone for a client that asks for that. */
export function retrieveInstances(source: Source, instances: Instance[], accepts: Accepts): Content {
  const type = 'application/dicom';
  if (instances.length === 1 && accepts.single(type)) {
    return { contentType: type, pieces: readInPieces(source, instances[0]) };
  }
  if (!accepts.multipart(type)) throw notAcceptable(`multipart/related; type="${type}"`);
  const parts = async function* () {
    for (const instance of instances) {
      const contentType = `${type}; transfer-syntax=${instance.transferSyntax}`;
      yield { contentType, body: readInPieces(source, instance) };
    }
  };
  return writeMultipart(parts(), type);
}

/** One file after the other is open, and none of them is in memory as a whole. */
async function* readInPieces({ folder }: Source, instance: Instance): AsyncGenerator<Uint8Array> {
  const { handle, size, checkUnchanged } = await folder.open(instance);
  try {
    for (let at = 0; at < size;) {
      const piece = Buffer.allocUnsafe(Math.min(pieceLength, size - at));
      const { bytesRead } = await handle.read(piece, 0, piece.length, at);
      await checkUnchanged();
      if (bytesRead === 0) throw new Error('A file ends before its length says so.');
      yield piece.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

/**
 * The attributes of instances as DICOM JSON, long binary values by address; one file after the other is read.
 *
 * @param baseUrl address of the DICOMweb service, e.g. `http://127.0.0.1:3000/dicom-web`
 */
export async function* retrieveMetadata(
  source: Source,
  instances: Instance[],
  baseUrl: string,
): AsyncGenerator<Uint8Array> {
  let separator = '[';
  for (const instance of instances) {
    const { text, release } = await describing.take(async () => {
      const text = await withFile(source, instance, bytes => describe(bytes, instance, baseUrl));
      return { text, release: await source.memory.take(text.length) };
    });
    try {
      yield Buffer.from(separator);
      yield text;
    } finally {
      release();
    }
    separator = ',\n';
  }
  yield Buffer.from(']');
}

function describe(bytes: Uint8Array, instance: Instance, baseUrl: string): Buffer {
  const read = readWhatIsIntact(bytes, { untilPixels: false });
  const json = withFileCautions(
    toDicomJson(elementsOf(read), path => `${instanceUrl(baseUrl, instance)}/bulkdata/${path}`),
    read.dataSet.cautions,
  );
  json['00083002'] = { vr: 'UI', Value: [servedSyntax(instance.transferSyntax)] };
  return Buffer.from(JSON.stringify(json));
}

/** The bytes behind a `BulkDataURI`. */
export function retrieveBulkData(
  source: Source,
  instance: Instance,
  path: string[],
  accepts: Accepts,
): Content {
  const pieces = async function* () {
    const bytes = await withFile(source, instance, file => {
      const value = binaryAt(elementsOf(readWhatIsIntact(file)), path);
      // A copy, so that the file is not kept for the sake of a part of it.
      return value && Uint8Array.from(value);
    });
    if (!bytes) throw new Problem(404, 'This instance has no such bulk data.');
    yield bytes;
  };
  const type = 'application/octet-stream';
  if (accepts.multipart(type)) return writeMultipart(onePart(type, pieces()), type);
  if (accepts.single(type)) return { contentType: type, pieces: pieces() };
  throw notAcceptable(`multipart/related; type="${type}"`);
}

/**
 * Frames as they are stored; uncompressed ones as explicit little endian.
 *
 * @param list frame numbers counted from 1, comma-separated, none twice
 */
export function retrieveFrames(source: Source, instance: Instance, list: string, accepts: Accepts): Content {
  if (!/^[1-9]\d{0,8}(,[1-9]\d{0,8})*$/.test(list)) {
    throw new Problem(400, 'Frames are asked for by numbers from 1 on, separated by commas.');
  }
  const numbers = list.split(',').map(Number);
  if (new Set(numbers).size < numbers.length) throw new Problem(400, 'A frame is asked for more than once.');
  const syntax = servedSyntax(instance.transferSyntax);
  const type = frameMediaType(syntax);
  if (!accepts.multipart(type, syntax)) {
    throw notAcceptable(`multipart/related; type="${type}"; transfer-syntax=${syntax}`);
  }
  const contentType = `${type}; transfer-syntax=${syntax}`;
  const parts = async function* () {
    const release = await takeMemory(source, instance);
    try {
      const frames = readFrames(await source.folder.read(instance), numbers);
      for (const frame of frames) yield* onePart(contentType, once(frame));
    } finally {
      release();
    }
  };
  return writeMultipart(parts(), type);
}

async function withFile<T>(source: Source, instance: Instance, use: (bytes: Buffer) => T): Promise<T> {
  const release = await takeMemory(source, instance);
  try {
    return use(await source.folder.read(instance));
  } finally {
    release();
  }
}

/** Memory for a file: once as it is, once for what is taken out of it, and both inflated where it is deflated. */
async function takeMemory({ folder, memory }: Source, instance: Instance): Promise<() => void> {
  const { handle, size } = await folder.open(instance);
  await handle.close();
  const inflated = instance.transferSyntax === deflated ? inflationLimit(size) : 0;
  return memory.take(2 * size + 2 * inflated);
}

async function* onePart(contentType: string, body: AsyncIterable<Uint8Array>) {
  yield { contentType, body };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** The address of an instance. */
export function instanceUrl(baseUrl: string, instance: Instance): string {
  return `${baseUrl}/studies/${instance.studyUid}/series/${instance.seriesUid}/instances/${instance.instanceUid}`;
}
