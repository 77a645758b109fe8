import { printable } from './printable';
import { readGivenText } from './read-given-file';

/** Longest secret; what is longer is another file. */
const longest = 16 * 1024;

/**
 * A secret from a file, without the white space around it; else from an environment variable. On a command line others of the
 * machine could read it.
 *
 * @returns undefined where neither is given, or both are empty
 * @throws Error that names the file, never what it holds
 */
export function readSecret(
  file: string | undefined,
  variable: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const text = file === undefined ? environment[variable] : textOf(file);
  return text?.trim() || undefined;
}

/** Headers from a file, one `Name: value` a line; lines that are empty or begin with # say nothing. */
export function readHeaders(file: string | undefined): [name: string, value: string][] {
  if (file === undefined) return [];
  return textOf(file)
    .split(/\r?\n/)
    .flatMap((line, i): [string, string][] => {
      if (line.trim() === '' || line.startsWith('#')) return [];
      const match = /^([A-Za-z0-9-]+):\s*(\S.*)$/.exec(line);
      if (match) return [[match[1], match[2].trim()]];
      throw new Error(`${printable(file)}: line ${i + 1} has not the form "Name: value".`);
    });
}

function textOf(file: string): string {
  return readGivenText(file, longest, 'a secret');
}
