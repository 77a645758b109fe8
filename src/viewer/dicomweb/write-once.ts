import { link, lstat, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../io/make-folder';
import { isUnfinished, syncFolder, writePart } from '../../io/write-file';

// Hand-written: write-file-atomic replaces what is there; a stored instance is never replaced.

/** What file systems without hard links say. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** A link stands where a folder of stored instances should be: what is written through it lies elsewhere and is not listed. */
export class LinkedFolderError extends Error {
  override name = 'LinkedFolderError';
}

/**
 * Writes a file that is there as a whole or not at all, and on the disk when the promise is fulfilled: its content and
 * every folder entry on the way to it are synced. What has that name already stays as it is.
 *
 * @param target the file's path
 * @param root folder that is there already; those between it and the file are made
 * @returns false where the name is taken
 * @throws LinkedFolderError where a folder between it and the root is a link
 */
export async function writeOnce(target: string, bytes: Uint8Array, root: string): Promise<boolean> {
  const folder = path.dirname(target);
  await refuseLinks(folder, root);
  const made = await makeFolder(folder);
  try {
    if (!(await writeInto(folder, target, bytes))) return false;
  } catch (error) {
    if (made !== undefined) await removeEmpty(folder, made);
    throw error;
  }
  await syncFolders(folder, root);
  return true;
}

/** The root may be a link; below it nothing may be, even to a folder beside: links to folders are not looked through. */
async function refuseLinks(folder: string, root: string): Promise<void> {
  let at = root;
  for (const name of path.relative(root, folder).split(path.sep)) {
    at = path.join(at, name);
    const found = await lstat(at).catch(error => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    if (!found) return;
    if (found.isSymbolicLink()) throw new LinkedFolderError(`${at} is a link.`);
  }
}

async function writeInto(folder: string, target: string, bytes: Uint8Array): Promise<boolean> {
  const temporary = await writePart(folder, bytes);
  try {
    return await giveName(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes folders from the inner one out to the last, as far as they are empty. */
async function removeEmpty(inner: string, last: string): Promise<void> {
  for (let at = inner; at.startsWith(last); at = path.dirname(at)) {
    const removed = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}

/** A link, unlike a renaming, never takes the place of another file. */
async function giveName(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    if (!noLinks.has(code)) throw error;
  }
  const taken = await lstat(target).then(
    () => true,
    error => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
  if (!taken) await rename(temporary, target);
  return !taken;
}

/** Syncs a file that is there already, and the folder entries on the way to it. */
export async function syncFile(file: string, root: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolders(path.dirname(file), root);
}

async function syncFolders(folder: string, root: string): Promise<void> {
  for (let at = folder; ; at = path.dirname(at)) {
    await syncFolder(at);
    if (at === root || at === path.dirname(at) || !at.startsWith(root)) return;
  }
}

/** Removes what a killed process left half-written in the folder of a series (`<root>/<study>/<series>`). */
export async function sweepUnfinished(root: string): Promise<void> {
  for (const study of await folders(root)) {
    for (const series of await folders(study)) {
      for (const entry of await readdir(series, { withFileTypes: true }).catch(() => [])) {
        if (entry.isFile() && isUnfinished(entry.name)) {
          await rm(path.join(series, entry.name), { force: true });
        }
      }
    }
  }
}

async function folders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  // Instances are stored in folders named after UIDs; no other folder holds anything of ours.
  return entries
    .filter(entry => entry.isDirectory() && /^[0-9.]+$/.test(entry.name))
    .map(entry => path.join(folder, entry.name));
}

/** The code of a system error, e.g. `ENOENT`; empty for any other. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}
