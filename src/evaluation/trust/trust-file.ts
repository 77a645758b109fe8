import { readFile } from 'node:fs/promises';
import { parseTrust, type TrustResults } from './trust-file-schema';

/** Reads the outcomes of trust checks. @throws Error naming the file and what is wrong with it */
export async function readTrust(file: string): Promise<TrustResults> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Error(`--trust ${file} cannot be read: ${error.message}`);
  });
  return parseTrust(text, file);
}
