import type { Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { lookup } from 'mrmime';
import { realFileBelow } from '../io/below';
import { withoutWaiting } from '../io/read-file';
import { busy, tooManyFiles } from './dicomweb/dicom-folder';
import { Problem } from './dicomweb/problem';
import { codeOf } from './dicomweb/write-once';
import { cutOffWhenStalled } from './http';

interface OpenFile {
  handle: FileHandle;
  stats: Stats;
  name: string;
}

const absent = new Set([
  'ENOENT',
  'ELOOP',
  'ENOTDIR',
  'EISDIR',
  'ENAMETOOLONG',
  'ERR_INVALID_ARG_VALUE',
  'OUTSIDE',
]);
/** Paths that name a file, so that an index page would be the wrong answer. */
const namesFile = /\/[^/]*\.\w+$/;

/**
 * Sends a file of a folder; what a link there leads to outside of it is absent. Every failure, also one in the middle of a file, is the caller's to answer: none of them ends the
 * server.
 *
 * @param pathname path below the folder, as the URL has it
 * @param index name of the page that paths without an extension get; without it they get none
 * @throws Problem 404 where there is no such file, 403 where it may not be read, 503 when too many files are open
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  pathname: string,
  index?: string,
): Promise<void> {
  const file =
    (await openBelow(folder, pathname)) ??
    (index !== undefined && !namesFile.test(pathname) ? await openBelow(folder, index) : undefined);
  if (!file) throw new Problem(404, 'There is no such file.');
  const { handle, stats, name } = file;
  try {
    const tag = `W/"${stats.size}-${stats.mtimeMs}"`;
    response.setHeader('ETag', tag);
    response.setHeader('Cache-Control', 'no-cache');
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, { 'Content-Type': typeOf(name), 'Content-Length': stats.size });
    if (request.method === 'HEAD' || stats.size === 0) {
      response.end();
      return;
    }
    cutOffWhenStalled(response);
    // Not beyond the length that is announced, should the file grow meanwhile.
    await pipeline(handle.createReadStream({ end: stats.size - 1, autoClose: false }), response);
  } finally {
    await handle.close();
  }
}

async function openBelow(folder: string, pathname: string): Promise<OpenFile | undefined> {
  const name = decode(pathname);
  if (name === undefined || name.split(/[/\\]/).some(part => part.startsWith('.'))) return undefined;
  const full = path.join(folder, name);
  if (!full.startsWith(folder + path.sep)) return undefined;
  try {
    const handle = await open(await realFileBelow(folder, name), withoutWaiting);
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, stats, name };
    await handle.close();
    return undefined;
  } catch (error) {
    if (tooManyFiles(error)) throw busy();
    if (absent.has(codeOf(error))) return undefined;
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') {
      throw new Problem(403, 'The server may not read this file: see its permissions.');
    }
    throw error;
  }
}

function decode(pathname: string): string | undefined {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
}

function typeOf(name: string): string {
  if (name.endsWith('.mjs')) return 'text/javascript';
  const type = lookup(name) ?? 'application/octet-stream';
  return type === 'text/html' ? 'text/html;charset=utf-8' : type;
}
