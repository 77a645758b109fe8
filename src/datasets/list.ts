import { DatasetError } from './error';
import { imageName, isOutside } from './image-name';
import { checkPatients, linesOf, seededSplits, splitsByFile } from './splits';
import type { DatasetFormat, Exam, FormatOptions, ListedExam, Listing, SplitExam } from './types';

/**
 * Reads the tables of a data folder and settles the splits: by `--splits`, else as the format says, else drawn
 * 80 : 10 : 10 by patient. No image is opened.
 *
 * @returns one entry an image, in the order of the format's table
 * @throws DatasetError when a table or column is missing, an image is named twice, or a patient lies in two splits
 */
export async function listDataset(
  format: DatasetFormat,
  folder: string,
  options: FormatOptions,
): Promise<Listing<SplitExam>> {
  return settleListing(await listFormat(format, folder, options), options);
}

/**
 * Reads the tables of one data folder, each image under the one spelling of its name, and each file in the folder.
 *
 * @throws DatasetError naming the line of a file that lies elsewhere; a link in the folder is a file of the folder
 */
export async function listFormat(
  format: DatasetFormat,
  folder: string,
  options: FormatOptions,
): Promise<Listing> {
  const listing = await format.list(folder, options);
  const exams = listing.exams.map((exam): ListedExam => {
    const file = imageName(exam.file);
    // The image names its mask, too, and what else lies beside it.
    if (isOutside(exam.file) || isOutside(exam.image))
      throw new DatasetError(
        `${listing.table}, line ${exam.line}: "${exam.file}" does not lie in the data folder. Files are named relative to it.`,
      );
    return { ...exam, image: imageName(exam.image), file };
  });
  return { ...listing, exams };
}

/** Checks what a format listed, of one data folder or of several together, and settles its splits. */
export async function settleListing(
  listing: Listing,
  options: Pick<FormatOptions, 'splits' | 'splitSeed'>,
): Promise<Listing<SplitExam>> {
  checkNames(listing);
  const split = options.splits
    ? await splitsByFile(options.splits, listing)
    : settleSplits(listing, options.splitSeed);
  checkPatients(split);
  return split;
}

function settleSplits(listing: Listing, seed: number): Listing<SplitExam> {
  const { exams } = listing;
  const settled = exams.filter((exam): exam is SplitExam => exam.split !== undefined);
  if (settled.length === exams.length) return { ...listing, exams: settled };
  return { ...listing, exams: seededSplits(exams, seed, { train: 0.8, val: 0.1 }), drawn: true };
}

/** True for an image of the binary task: labelled 0 or 1, and its sources do not contradict each other. */
export function isBinaryTask<E extends Pick<Exam, 'label' | 'quality'>>(
  exam: E,
): exam is E & { label: 0 | 1 } {
  return (exam.label === 0 || exam.label === 1) && exam.quality !== 'doubtful';
}

/** True for an image whose class is known, of however many, and whose sources do not contradict each other. */
export function isLabelled({ label, quality }: Pick<Exam, 'label' | 'quality'>): boolean {
  return label !== undefined && quality !== 'doubtful';
}

/**
 * What a training needs, and an evaluation does not: a set to test on may have no other split.
 *
 * @throws DatasetError naming table and column when `train` or `val` is empty or lacks a class of the binary task
 */
export function checkClasses(
  listing: Pick<Listing<SplitExam>, 'table' | 'labelColumn' | 'splitColumn'> & {
    exams: readonly Pick<Exam, 'split' | 'label' | 'findings' | 'quality'>[];
  },
): void {
  checkSplits(listing);
  const { exams, table, labelColumn } = listing;
  const named = namedFindings(exams);
  if (named.length > 0 && exams.every(({ label }) => label === undefined))
    throw new DatasetError(
      `${table}, column ${labelColumn}, names findings (${named.join(', ')}) and no classes 0 and 1. A classifier of findings has "independent": true and their names as classes in the file of --about; one of two classes needs a table of such labels (docs/data.md).`,
    );
  for (const split of trainingSplits) {
    for (const label of [0, 1]) {
      if (!exams.some(exam => exam.split === split && exam.label === label && isBinaryTask(exam))) {
        throw new DatasetError(
          `${table}, column ${labelColumn}: the ${split} split has no image of class ${label}.`,
        );
      }
    }
  }
}

/** Splits that a training reads. */
export const trainingSplits = ['train', 'val'] as const;

/**
 * Before anything is said of classes: a split without any image lacks no label.
 *
 * @throws DatasetError naming the splits that there are when `train` or `val` is empty
 */
export function checkSplits({
  exams,
  table,
  splitColumn,
}: Pick<Listing<SplitExam>, 'table' | 'splitColumn'> & {
  exams: readonly Pick<Exam, 'split'>[];
}): void {
  const empty = trainingSplits.find(split => exams.every(exam => exam.split !== split));
  if (!empty) return;
  const counts = (['train', 'val', 'test'] as const)
    .map(split => ({ split, count: exams.filter(exam => exam.split === split).length }))
    .filter(({ count }) => count > 0)
    .map(({ split, count }) => `${split} ${count}`);
  const drawn = splitColumn
    ? `, or delete the column ${splitColumn} of the table: patients are then drawn 80 : 10 : 10`
    : '';
  throw new DatasetError(
    `${table}: the ${empty} split has no image (there are: ${counts.join(', ') || 'none'}). Give another division of the patients by --splits${drawn}.`,
  );
}

/** Names of all findings of these images, each once, in alphabetical order. */
export function namedFindings(exams: readonly Pick<Exam, 'findings'>[]): string[] {
  return [...new Set(exams.flatMap(({ findings = [] }) => findings))].sort();
}

function checkNames({ exams, table }: Listing): void {
  const first = new Map<string, ListedExam>();
  for (const exam of exams) {
    const earlier = first.get(exam.image);
    if (earlier) throw new DatasetError(`${exam.image} is named twice, in ${linesOf(earlier, exam, table)}.`);
    first.set(exam.image, exam);
  }
}
