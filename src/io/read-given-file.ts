import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { unreadable } from './given-path';
import { printable } from './printable';

/** The bytes of a file that the user named. @throws Error that names the file, never what it holds */
export function readGivenFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(printable(unreadable(file, error)), { cause: error });
  }
}

/**
 * The text of a file that the user named.
 *
 * @param longest UTF-16 units; what is longer is another file
 * @param what it is to be, as the message says it
 * @throws Error that names the file, never what it holds
 */
export function readGivenText(file: string, longest: number, what: string): string {
  const text = readGivenFile(file).toString('utf8');
  if (text.length > longest) throw new Error(`${printable(file)} is too long for ${what}.`);
  return text;
}

/** The text of a table or other large file that the user named. @throws Error that names the file and says why it can't be read */
export async function readGivenUtf8(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(unreadable(file, error), { cause: error });
  });
}
