import path from 'node:path';
import { readRegularFile } from './read-file';

/**
 * Reads files of a folder: regular ones, and links to such.
 *
 * @returns reads one by its path below the folder; throws an Error that names the file and why it cannot be read
 */
export function folderReader(folder: string): (file: string) => Promise<Uint8Array> {
  return async file => {
    const full = path.join(folder, file);
    return readRegularFile(full).catch((error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message;
      throw new Error(`${full} cannot be read: ${reason}.`, { cause: error });
    });
  };
}
