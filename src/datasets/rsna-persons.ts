import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { unreadable } from '../io/given-path';
import { DatasetError } from './error';

/** RSNA's own table of the NIH films that the challenge's were taken from; Kaggle's archive does not hold it. */
export const mappingFile = 'pneumonia-challenge-dataset-mappings_2018.json';

/**
 * Persons by the challenge's `patientId`, where RSNA's mapping lies in the folder. The challenge gives every film a
 * patientId of its own; the number of the person is the first part of the NIH film's name (00000001_000.png).
 *
 * @returns undefined where the file is not there
 * @throws DatasetError naming the entry
 */
export async function readPersons(folder: string): Promise<Map<string, string> | undefined> {
  const file = path.join(folder, mappingFile);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new DatasetError(unreadable(file, error));
  });
  if (text === undefined) return undefined;
  return new Map(entriesOf(text).map((entry, index) => personOf(entry, index + 1)));
}

function entriesOf(text: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's message would quote identifiers.
    throw new DatasetError(`${mappingFile} is not JSON.`);
  }
  if (Array.isArray(parsed)) return parsed;
  throw new DatasetError(`${mappingFile} is not a list.`);
}

function personOf(entry: unknown, number: number): [patientId: string, person: string] {
  const { subset_img_id: id, img_id: film } = (entry ?? {}) as Record<string, unknown>;
  const person = typeof film === 'string' ? /^(\d+)_/.exec(film)?.[1] : undefined;
  if (typeof id === 'string' && person !== undefined) return [id, person];
  throw new DatasetError(
    `${mappingFile}: entry ${number} lacks subset_img_id or an img_id like 00000001_000.png.`,
  );
}
