import { access, constants, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './make-folder';

/**
 * Makes a folder that results go to, before anything is computed for it.
 *
 * @param option that names it, for the message
 * @throws Error when it is a file, or cannot be made or written
 */
export async function makeWritable(option: string, folder: string): Promise<void> {
  const about = await stat(folder).catch(() => undefined);
  if (about && !about.isDirectory()) throw new Error(`${option} ${folder} is a file; it must be a folder.`);
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new Error(
      `${option} ${folder} cannot be written (${(error as Error).message}). Give another folder.`,
      { cause: error },
    );
  }
}

/**
 * As {@link makeWritable}, for what is drawn or trained anew: beside files of another run it would be a mixture of both.
 *
 * @throws Error too when the folder holds anything but hidden files
 */
export async function makeEmpty(option: string, folder: string): Promise<void> {
  const held = (await readdir(folder).catch(() => [])).filter(name => !name.startsWith('.'));
  if (held.length > 0)
    throw new Error(
      `${option} ${folder} is not empty (${held.length} ${held.length === 1 ? 'entry' : 'entries'}, ${held[0]} among them), and nothing is written over. Give another folder, or empty this one.`,
    );
  await makeWritable(option, folder);
}

/**
 * For files that somebody may have filled in, or that other work made.
 *
 * @throws Error when one of them is there
 */
export async function refuseOverwriting(option: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere)
      throw new Error(
        `${file} is there already, and is not written over: give another ${option}, or move ${path.basename(file)} away.`,
      );
  }
}
