import { readFile } from 'node:fs/promises';
import { unreadable } from '../../io/given-path';
import { parseTrust, type TrustResults } from './trust-file-schema';

/** Reads the outcomes of trust checks. @throws Error naming the file and what is wrong with it */
export async function readTrust(file: string): Promise<TrustResults> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Error(`--trust ${unreadable(file, error)}`, { cause: error });
  });
  return parseTrust(text, file);
}
