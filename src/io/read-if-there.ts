import { readFile } from 'node:fs/promises';

/**
 * The text of a file that need not be there. One that is there but cannot be read is no absent one: what it holds would be made
 * anew, or a check left out, in silence.
 *
 * @returns undefined where there is no such file
 * @throws Error naming the file, with the system's reason
 */
export async function readTextIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Error(`${file} cannot be read: ${message}`, { cause: error });
  }
}
