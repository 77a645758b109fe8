import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { DatasetError } from '../../training/datasets/error';
import type { EvaluationSet } from './set';

/**
 * Refuses to evaluate a model on patients that it was trained on: `split.csv` in its package says which images those were,
 * whatever the data folder at hand says now. A package without that table, or films under other names, cannot be checked.
 *
 * @returns whether there was something to compare
 * @throws DatasetError naming how many images, and one of them
 */
export async function checkOwnSplit(model: string, set: EvaluationSet): Promise<boolean> {
  const file = path.join(model, 'split.csv');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const rows = parse(text, { columns: true, skip_empty_lines: true, trim: true }) as Record<string, string>[];
  const trained = new Set(rows.filter(row => row.split === 'train').map(row => row.image));
  const patients = new Set<string>();
  for (const [image, patient] of set.patientOf) if (trained.has(image)) patients.add(patient);
  const shared = set.cases.filter(({ id, patient }) => trained.has(id) || patients.has(patient));
  if (shared.length > 0) {
    throw new DatasetError(
      `${shared.length} of ${set.cases.length} images are of patients that the model was trained on (${file}), ` +
        `among them ${shared[0].id}: figures on them mean nothing. Use the split that the model was trained with.`,
    );
  }
  return rows.some(row => set.patientOf.has(row.image));
}
