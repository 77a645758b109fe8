import { openSync, readSync } from 'node:fs';
import { DatasetError } from './error';

/** Prepared images: in shared memory, or in a file of which one is read at a time. Plain data, so that threads can share it. */
export type Planes =
  | { kind: 'memory'; values: Uint16Array }
  /** `slots`: by image, its place in the file. */
  | { kind: 'file'; file: string; slots: readonly number[] };

/** Files that this thread has open: a training reads one for hours, whatever happens to its name. */
const opened = new Map<string, number>();

/**
 * One image, size × size, 0…65535 for [0, 1]. A file is read at the image's place; the operating system's cache keeps what
 * fits, so memory stays bounded whatever the number of images.
 *
 * @throws DatasetError when the file is gone or too short
 */
export function readPlane(planes: Planes, index: number, size: number): Uint16Array {
  const count = size * size;
  if (planes.kind === 'memory') return planes.values.subarray(index * count, (index + 1) * count);
  const plane = new Uint16Array(count);
  const read = readFully(planes.file, new Uint8Array(plane.buffer), planes.slots[index] * plane.byteLength);
  if (!read) {
    throw new DatasetError(`${planes.file} ends early: remove it and give the same command again.`);
  }
  return plane;
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
