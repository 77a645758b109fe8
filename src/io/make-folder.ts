import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder, and those above it that are not there. Node's own `recursive` tries for ever where a folder that is there
 * lets none be made in it and says "no such entry" (`/proc`).
 *
 * @returns the outermost folder that was made; undefined where all were there
 * @throws what making one throws, e.g. of code EACCES
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  const error = await tryToMake(folder);
  if (error === undefined) return folder;
  if (error.code !== 'ENOENT') {
    if (await isFolder(folder)) return undefined;
    throw error;
  }
  const parent = path.dirname(path.resolve(folder));
  if (parent === path.resolve(folder)) throw error;
  const outermost = await makeFolder(parent);
  const again = await tryToMake(folder);
  // Another process may have made it meanwhile.
  if (again !== undefined && !(await isFolder(folder))) throw again;
  return outermost ?? (again ? undefined : folder);
}

async function tryToMake(folder: string): Promise<NodeJS.ErrnoException | undefined> {
  return mkdir(folder).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  );
}

async function isFolder(folder: string): Promise<boolean> {
  return stat(folder).then(
    found => found.isDirectory(),
    () => false,
  );
}
