import { stat } from 'node:fs/promises';
import path from 'node:path';

/** What is said of a path that a user gave and where nothing is; of a relative one also where it was looked for. */
export function doesNotExist(given: string): string {
  const full = path.resolve(given);
  return full === given
    ? `${given} does not exist.`
    : `${given} does not exist (looked for ${full}; a relative path counts from the current folder).`;
}

/** @throws Error when nothing is at a path that an option names */
export async function requireThere(option: string, given: string): Promise<void> {
  await stat(given).catch((error: unknown) => {
    throw new Error(`${option} ${unreadable(given, error)}`, { cause: error });
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a file stands where a folder is needed',
};

/** Why a file or folder that a user gave cannot be read, in a sentence. */
export function unreadable(given: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return doesNotExist(given);
  const known = reasons[code ?? ''];
  return `${given} cannot be read: ${known ? `${known} (${code})` : message.replace(/\.$/, '')}.`;
}
