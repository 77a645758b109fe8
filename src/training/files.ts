import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ModelPackageError } from '../models/card';
import type { PackageReader } from '../models/package';

/** Reads a model package from a folder. */
export function folderReader(folder: string): PackageReader {
  return async file => {
    const full = path.join(folder, file);
    return readFile(full).catch((error: NodeJS.ErrnoException) => {
      const reason = error.code === 'ENOENT' ? 'there is no such file' : error.message;
      throw new ModelPackageError('missing', `${full} cannot be read: ${reason}.`);
    });
  };
}

/**
 * Writes the data beside the file, to be renamed once it is whole.
 *
 * @returns the path written; nothing is left there when it cannot be written
 */
export async function writePart(file: string, data: Uint8Array | string): Promise<string> {
  const part = `${file}.part`;
  try {
    await writeFile(part, data);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return part;
}

/** Writes a file so that a reader, or a crash, never meets half of it. */
export async function writeAtomically(file: string, data: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await rename(await writePart(file, data), file);
}
