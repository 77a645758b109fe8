import { randomUUID } from 'node:crypto';
import { link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Names of files that are being written; a process that was killed leaves them behind. */
const unfinished = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;
/** What file systems without hard links say. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Writes a file that is there as a whole or not at all, and on the disk when the promise is fulfilled: its content and
 * every folder entry on the way to it are synced. What has that name already stays as it is.
 *
 * @param target the file's path
 * @param root folder that is there already; those between it and the file are made
 * @returns false where the name is taken
 */
export async function writeOnce(target: string, bytes: Uint8Array, root: string): Promise<boolean> {
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true });
  const temporary = path.join(folder, `.${randomUUID()}.part`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!(await giveName(temporary, target))) return false;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolders(folder, root);
  return true;
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
  await syncOne(file);
  await syncFolders(path.dirname(file), root);
}

async function syncFolders(folder: string, root: string): Promise<void> {
  // Windows syncs no folders; its file system keeps a journal of them.
  if (process.platform === 'win32') return;
  for (let at = folder; ; at = path.dirname(at)) {
    await syncOne(at);
    if (at === root || at === path.dirname(at) || !at.startsWith(root)) return;
  }
}

async function syncOne(name: string): Promise<void> {
  const handle = await open(name, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what a killed process left half-written in the folder of a series (`<root>/<study>/<series>`). */
export async function sweepUnfinished(root: string): Promise<void> {
  for (const study of await folders(root)) {
    for (const series of await folders(study)) {
      for (const entry of await readdir(series, { withFileTypes: true }).catch(() => [])) {
        if (entry.isFile() && unfinished.test(entry.name)) {
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
