import { readFileSync } from 'node:fs';
import { printable } from './printable';

/** The bytes of a file that the user named. @throws Error that names the file, never what it holds */
export function readGivenFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${printable(file)} cannot be read (${code ?? 'unknown reason'}).`, { cause: error });
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
