import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './make-folder';

// Hand-written: write-file-atomic syncs no folder, follows a link of the file's name, and opens a temporary file of a name that
// can be guessed, whoever made it.

/** Names of files that are being written; a process that was killed leaves them behind. */
const unfinished = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;
/** No writing lasts as long without a change of its file, milliseconds. */
const abandonedAfter = 3_600_000;

/**
 * Writes a file so that a reader, or a crash, meets the old content or the new one, never a part or a mixture of two
 * writers'. It is on the disk when the promise is fulfilled. A link of that name is replaced, not followed.
 *
 * @param mode who may read and write it, less what the process's mask takes away
 * @throws Error that names the file and says why it can't be written; the old content is there then
 */
export async function writeAtomically(file: string, data: Uint8Array | string, mode = 0o666): Promise<void> {
  const folder = path.dirname(file);
  try {
    await makeFolder(folder);
    await removeAbandoned(folder);
    const part = await writePart(folder, data, mode);
    try {
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    await syncFolder(folder);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/**
 * Writes the data into a new file of the folder, to be renamed by the caller: under a name that no other process has, which
 * is no link, and synced.
 *
 * @returns its path; nothing is left there when it can't be written
 */
export async function writePart(folder: string, data: Uint8Array | string, mode = 0o666): Promise<string> {
  const part = path.join(folder, `.${randomUUID()}.part`);
  const file = await open(part, 'wx', mode);
  try {
    await file.writeFile(data);
    await file.sync();
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  return part;
}

/** Whether `writePart` gives such a name. */
export function isUnfinished(name: string): boolean {
  return unfinished.test(name);
}

/** Folders that this process has cleared of parts. */
const cleared = new Set<string>();

/** Removes, once for each folder, the parts of processes that were killed. */
export async function removeAbandoned(folder: string): Promise<void> {
  const full = path.resolve(folder);
  if (cleared.has(full)) return;
  cleared.add(full);
  for (const entry of await readdir(full, { withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile() || !isUnfinished(entry.name)) continue;
    const part = path.join(full, entry.name);
    const found = await stat(part).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > abandonedAfter) await rm(part, { force: true });
  }
}

/** Syncs the entries of a folder, so that a new name survives a crash of the machine. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows syncs no folders; its file system keeps a journal of them.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'the folder or the file may not be written by this user',
  EPERM: 'the folder or the file may not be written by this user',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EFBIG: 'it would be larger than a file may be',
  EISDIR: 'a folder has that name',
  ENOENT: 'no folder can be made there',
  ENOTDIR: 'a file stands where a folder is needed',
  EEXIST: 'a file stands where a folder is needed',
  ENAMETOOLONG: 'the name is too long',
};

/** What is thrown where a file cannot be written: it names the file and says why. */
export function cannotWrite(file: string, cause: unknown): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  const known = reasons[code ?? ''];
  return new Error(`${file} cannot be written: ${known ? `${known} (${code})` : message}.`, { cause });
}
