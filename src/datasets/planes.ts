import { appendFileSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { DatasetError } from './error';
import { damagedLine, journalOf } from './store';
import type { PlaneFile } from './types';

/** Prepared images: in shared memory, or in a file of which one is read at a time. Plain data, so that threads can share it. */
export type Planes = { kind: 'memory'; values: Uint16Array } | PlaneFile;

/** Files that this thread has open: a training reads one for hours, whatever happens to its name. */
const opened = new Map<string, number>();

/**
 * One image, size × size, 0…65535 for [0, 1]. A file is read at the image's place; the operating system's cache keeps what
 * fits, so memory stays bounded whatever the number of images.
 *
 * @throws DatasetError when the file is gone or too short, or the plane is not what was written; then the journal says so, and
 *   the image is prepared anew the next time
 */
export function readPlane(planes: Planes, index: number, size: number): Uint16Array {
  const count = size * size;
  if (planes.kind === 'memory') return planes.values.subarray(index * count, (index + 1) * count);
  const plane = new Uint16Array(count);
  const bytes = new Uint8Array(plane.buffer);
  const slot = planes.slots[index];
  if (!readFully(planes.file, bytes, slot * plane.byteLength))
    throw new DatasetError(
      `${planes.file} ends early: give the same command again, which prepares what is missing.`,
    );
  const checksum = planes.checksums[index];
  if (checksum !== undefined && crc32(bytes) !== checksum) throw damaged(planes.file, slot);
  return plane;
}

/** Has the journal know of it, so that the image counts as not prepared. */
function damaged(file: string, slot: number): DatasetError {
  const what = `The prepared image at place ${slot} of ${file} is not what was written there`;
  try {
    appendFileSync(journalOf(file), damagedLine(slot));
  } catch (error) {
    return new DatasetError(
      `${what}, and that cannot be noted (${(error as Error).message}): remove the file and give the same command again.`,
    );
  }
  return new DatasetError(`${what}: give the same command again, which prepares it anew.`);
}

function readFully(file: string, bytes: Uint8Array, position: number): boolean {
  let handle = opened.get(file);
  if (handle === undefined) opened.set(file, (handle = openPlanes(file)));
  for (let done = 0; done < bytes.length;) {
    const count = readSync(handle, bytes, done, bytes.length - done, position + done);
    if (count === 0) return false;
    done += count;
  }
  return true;
}

function openPlanes(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw new DatasetError(`The prepared images cannot be read: ${(error as Error).message}`);
  }
}
