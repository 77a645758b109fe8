import path from 'node:path';
import { DatasetError } from '../../datasets/error';
import { nameHash } from '../../datasets/manifest';
import { parseCsvTable, type CsvTable } from '../../io/csv-table';
import { readTextIfThere } from '../../io/read-if-there';
import type { EvaluatedSplit } from './open-split';
import type { EvaluationSet } from './set';

/**
 * Refuses to evaluate a model on patients that it was trained on: `split.csv` in its package says which images those were,
 * by name or, where names may identify, by the hash of the name, whatever the data folder at hand says now.
 *
 * @param split that is evaluated, or `all`
 * @returns what the table leaves open, for the reader of the figures
 * @throws DatasetError naming how many images, and one of them
 */
export async function checkOwnSplit(
  model: string,
  set: Pick<EvaluationSet, 'cases' | 'patientOf'>,
  split: EvaluatedSplit,
): Promise<string[]> {
  const file = path.join(model, 'split.csv');
  const text = await readTextIfThere(file);
  if (text === undefined) {
    return [
      'The model package has no split.csv, so that nothing tells whether the model was trained on these images.',
    ];
  }
  const splitOf = new Map(splitIn(file, text).rows.map(row => [row.image, row.split]));
  const ownSplit = (image: string): string | undefined => splitOf.get(image) ?? splitOf.get(nameHash(image));
  const trained = ofPatients(set, image => ownSplit(image) === 'train');
  if (trained.length > 0) {
    throw new DatasetError(
      `${trained.length} of ${set.cases.length} images are of patients that the model was trained on (${file}), ` +
        `among them ${trained[0]}: figures on them mean nothing. Use the split that the model was trained with.`,
    );
  }
  if (![...set.patientOf.keys()].some(image => ownSplit(image) !== undefined)) {
    return [
      'The model package’s split.csv names none of these images: they count as images that the model was not trained on. ' +
        'The same films under other names would not be noticed.',
    ];
  }
  const chosenBy =
    split === 'test' || split === 'all' ? ofPatients(set, image => ownSplit(image) === 'val') : [];
  return chosenBy.length === 0
    ? []
    : [
        `${chosenBy.length} of ${set.cases.length} images are of patients of the model’s validation split, by which its epoch ` +
          'and operating point were chosen: figures on them flatter the model.',
      ];
}

function splitIn(file: string, text: string): CsvTable {
  try {
    return parseCsvTable(text);
  } catch (error) {
    throw new DatasetError(`${file} is not a table: ${(error as Error).message}`);
  }
}

/** Ids of the cases of patients that have such an image, in the set or elsewhere in its data folder. */
function ofPatients(
  { cases, patientOf }: Pick<EvaluationSet, 'cases' | 'patientOf'>,
  matches: (image: string) => boolean,
): string[] {
  const patients = new Set([...patientOf].filter(([image]) => matches(image)).map(([, patient]) => patient));
  return cases.filter(({ id, patient }) => matches(id) || patients.has(patient)).map(({ id }) => id);
}
