import { readFile } from 'node:fs/promises';
import { notAcceptable, type Accepts } from './accept';
import { binaryAt, toDicomJson } from './dicom-json';
import { readFrames } from './frames';
import { writeMultipart } from './multipart';
import { Problem } from './problem';
import { readWhatIsIntact } from './read-file';
import type { Instance } from './read-instance';
import { frameMediaType, servedSyntax } from './transfer-syntax';
import type { DicomJson } from './types';

/** An answer's content. */
export interface Content {
  contentType: string;
  body: Buffer;
}

/** Whole DICOM files (PS3.18 section 10.4.1.1.1): multipart, or one file alone for a client that asks for that. */
export async function retrieveInstances(instances: Instance[], accepts: Accepts): Promise<Content> {
  const type = 'application/dicom';
  if (instances.length === 1 && accepts.single(type)) {
    return { contentType: type, body: await readFile(instances[0].path) };
  }
  if (!accepts.multipart(type)) throw notAcceptable(`multipart/related; type="${type}"`);
  const parts = await Promise.all(
    instances.map(async ({ path, transferSyntax }) => ({
      contentType: `${type}; transfer-syntax=${transferSyntax}`,
      body: await readFile(path),
    })),
  );
  return writeMultipart(parts, type);
}

/**
 * The attributes of instances as DICOM JSON, long binary values by address.
 *
 * @param baseUrl address of the DICOMweb service, e.g. `http://127.0.0.1:3000/dicom-web`
 */
export async function retrieveMetadata(instances: Instance[], baseUrl: string): Promise<DicomJson[]> {
  return Promise.all(
    instances.map(async instance => {
      const { dict } = readWhatIsIntact(await readFile(instance.path));
      const json = toDicomJson(dict, path => `${instanceUrl(baseUrl, instance)}/bulkdata/${path}`);
      json['00083002'] = { vr: 'UI', Value: [servedSyntax(instance.transferSyntax)] };
      return json;
    }),
  );
}

/** The bytes behind a `BulkDataURI`. */
export async function retrieveBulkData(
  instance: Instance,
  path: string[],
  accepts: Accepts,
): Promise<Content> {
  const { dict } = readWhatIsIntact(await readFile(instance.path));
  const bytes = binaryAt(dict, path);
  if (!bytes) throw new Problem(404, 'This instance has no such bulk data.');
  const type = 'application/octet-stream';
  if (accepts.multipart(type)) return writeMultipart([{ contentType: type, body: bytes }], type);
  if (accepts.single(type)) return { contentType: type, body: Buffer.from(bytes) };
  throw notAcceptable(`multipart/related; type="${type}"`);
}

/**
 * Frames as they are stored; uncompressed ones as explicit little endian.
 *
 * @param list frame numbers counted from 1, comma-separated
 */
export async function retrieveFrames(instance: Instance, list: string, accepts: Accepts): Promise<Content> {
  if (!/^[1-9]\d{0,8}(,[1-9]\d{0,8})*$/.test(list)) {
    throw new Problem(400, 'Frames are asked for by numbers from 1 on, separated by commas.');
  }
  const syntax = servedSyntax(instance.transferSyntax);
  const type = frameMediaType(syntax);
  if (!accepts.multipart(type, syntax)) {
    throw notAcceptable(`multipart/related; type="${type}"; transfer-syntax=${syntax}`);
  }
  const frames = readFrames(await readFile(instance.path), list.split(',').map(Number));
  const contentType = `${type}; transfer-syntax=${syntax}`;
  return writeMultipart(
    frames.map(body => ({ contentType, body })),
    type,
  );
}

/** The address of an instance. */
export function instanceUrl(baseUrl: string, instance: Instance): string {
  return `${baseUrl}/studies/${instance.studyUid}/series/${instance.seriesUid}/instances/${instance.instanceUid}`;
}
