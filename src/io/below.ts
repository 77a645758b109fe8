import { realpath } from 'node:fs/promises';
import path from 'node:path';

/** A link below a folder, or the way to a file there, that leads out of the folder. */
class OutsideError extends Error {
  override name = 'OutsideError';
  readonly code = 'OUTSIDE';
}

/**
 * Where a file below a folder lies once all links are followed. The folder may itself be a link.
 *
 * @param name path below the folder
 * @throws OutsideError (of code `OUTSIDE`) where that is outside of the folder; what following the links throws, e.g. of code
 *   ENOENT
 */
export async function realFileBelow(folder: string, name: string): Promise<string> {
  const [root, file] = await Promise.all([realpath(folder), realpath(path.join(folder, name))]);
  if (isBelow(root, file)) return file;
  throw new OutsideError(`${path.join(folder, name)} leads out of ${folder}: what lies outside is not read.`);
}

/** Whether a path is below that of a folder, by the names alone. */
export function isBelow(folder: string, file: string): boolean {
  const way = path.relative(folder, file);
  return way !== '' && way.split(path.sep)[0] !== '..' && !path.isAbsolute(way);
}
