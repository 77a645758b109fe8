import { stat } from 'node:fs/promises';
import path from 'node:path';
import { realFileBelow } from './below';
import { doesNotExist } from './given-path';
import { readRegularFile } from './read-file';

/**
 * Reads files of a folder: regular ones, and links to such as lie in it too. The folder may itself be a link.
 *
 * @returns reads one by its path below the folder; throws an Error that names the file and why it cannot be read
 */
export function folderReader(folder: string): (file: string) => Promise<Uint8Array> {
  return async file => {
    const full = path.join(folder, file);
    try {
      return await readRegularFile(await realFileBelow(folder, file));
    } catch (thrown) {
      const error = thrown as NodeJS.ErrnoException;
      if (error.code === 'ENOENT' && !(await isThere(folder)))
        throw new Error(doesNotExist(folder), { cause: error });
      if (error.code === 'OUTSIDE') throw error;
      const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message.replace(/\.$/, '');
      throw new Error(`${full} cannot be read: ${reason}.`, { cause: error });
    }
  };
}

async function isThere(folder: string): Promise<boolean> {
  return stat(folder).then(
    () => true,
    () => false,
  );
}
