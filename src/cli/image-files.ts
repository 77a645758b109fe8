import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * The file itself, or the image files of a folder and its subfolders, sorted. Hidden files are left out.
 *
 * @param endings of the files to take, lower case with their dot; empty for files that have none
 * @param out folder whose files are results of earlier runs, which are left out
 * @throws Error when nothing is there
 */
export async function imageFiles(
  target: string,
  endings: readonly string[],
  out?: string,
): Promise<string[]> {
  const about = await stat(target).catch(() => {
    throw new Error(`${target} does not exist.`);
  });
  if (about.isFile()) return [target];
  const entries = await readdir(target, { recursive: true, withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    const wanted =
      endings.includes(path.extname(entry.name).toLowerCase()) &&
      (out === undefined || path.relative(out, file).startsWith('..')) &&
      !entry.name.startsWith('.');
    if (wanted && (entry.isFile() || (await isLinkToFile(entry, file)))) files.push(file);
  }
  files.sort();
  if (files.length === 0)
    throw new Error(`${target} holds no image (${endings.filter(Boolean).join(', ')} or no ending).`);
  return files;
}

async function isLinkToFile(entry: Dirent, file: string): Promise<boolean> {
  return entry.isSymbolicLink() && (await stat(file).catch(() => undefined))?.isFile() === true;
}
