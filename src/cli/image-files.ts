import type { Dirent } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { doesNotExist } from '../io/given-path';

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
    throw new Error(doesNotExist(target));
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

/** Of the files of a folder those that are films: beside DICOM files, pictures are masks or renderings of them. */
export async function withoutPicturesOfDicom(
  files: readonly string[],
): Promise<{ films: string[]; pictures: string[] }> {
  const isPicture = (file: string): boolean => /\.(png|jpe?g)$/i.test(file);
  const pictures = files.filter(isPicture);
  const films = files.filter(file => !isPicture(file));
  for (const file of pictures.length > 0 ? films : []) if (await isDicom(file)) return { films, pictures };
  return { films: [...files], pictures: [] };
}

/** By its ending, or the four letters after its preamble (PS3.10 7.1). */
async function isDicom(file: string): Promise<boolean> {
  if (/\.(dcm|dicom)$/i.test(file)) return true;
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(132), 0, 132, 0);
    return bytesRead === 132 && buffer.toString('latin1', 128) === 'DICM';
  } finally {
    await handle.close();
  }
}

async function isLinkToFile(entry: Dirent, file: string): Promise<boolean> {
  return entry.isSymbolicLink() && (await stat(file).catch(() => undefined))?.isFile() === true;
}
