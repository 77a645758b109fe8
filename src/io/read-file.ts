import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** To open a file with: a pipe waits for its writer, unless it is told not to; Windows has neither. */
export const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A name that stands for no regular file, or for one of another size. */
class NoFileError extends Error {
  override name = 'NoFileError';
}

/**
 * Reads a regular file, or a link to one. What has no end (a device, a pipe) is refused before anything of it is read, and
 * no more is read than the file held when it was opened.
 *
 * @param size bytes that it must have, where that is known beforehand; another size is refused unread
 * @throws NoFileError; what opening it throws, e.g. of code ENOENT
 */
export async function readRegularFile(file: string, size?: number): Promise<Buffer> {
  const handle = await open(file, withoutWaiting);
  try {
    const found = await handle.stat();
    if (found.isDirectory()) throw new NoFileError(`${file} is a folder, not a file.`);
    if (!found.isFile()) throw new NoFileError(`${file} is a device or a pipe, not a file.`);
    if (size !== undefined && found.size !== size)
      throw new NoFileError(`${file} has ${found.size} bytes; it must have ${size}.`);
    const bytes = Buffer.alloc(found.size);
    let read = 0;
    while (read < bytes.length) {
      const { bytesRead } = await handle.read(bytes, read, Math.min(bytes.length - read, 2 ** 30), read);
      if (bytesRead === 0) throw new NoFileError(`${file} became shorter while it was read.`);
      read += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** Bytes of a regular file, or of that which a link points to. @throws as {@link readRegularFile} */
export async function regularFileSize(file: string): Promise<number> {
  const handle = await open(file, withoutWaiting);
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new NoFileError(`${file} is no regular file.`);
    return found.size;
  } finally {
    await handle.close();
  }
}
