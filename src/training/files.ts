import path from 'node:path';
import { readRegularFile } from '../io/read-file';
import { ModelPackageError } from '../models/card';
import type { PackageReader } from '../models/package';

/** Reads a model package from a folder: regular files, and links to such. */
export function folderReader(folder: string): PackageReader {
  return async file => {
    const full = path.join(folder, file);
    return readRegularFile(full).catch((error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message;
      throw new ModelPackageError('missing', `${full} cannot be read: ${reason}.`);
    });
  };
}
