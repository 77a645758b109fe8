import { access, constants, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../io/lock';

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
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new Error(
      `${option} ${folder} cannot be written (${(error as Error).message}). Give another folder.`,
      {
        cause: error,
      },
    );
  }
}

/** Does work while no other evaluation writes into the folder. @throws Error at once when one does */
export async function withFolderLocked<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const file = path.join(folder, 'evaluation.lock');
  const refuse = (): void => {
    throw new Error(
      `Another evaluation is writing into ${folder}. Wait for it, or give another --out. (If none runs: delete ${file}.)`,
    );
  };
  return withLock(file, refuse, work);
}
