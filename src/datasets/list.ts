import { DatasetError } from './error';
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
  return settleListing(await format.list(folder, options), options);
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
 * @throws DatasetError naming table and column when `train` or `val` lacks a class of the binary task
 */
export function checkClasses({
  exams,
  table,
  labelColumn,
}: Pick<Listing<SplitExam>, 'table' | 'labelColumn'> & {
  exams: readonly Pick<Exam, 'split' | 'label' | 'quality'>[];
}): void {
  for (const split of ['train', 'val'] as const) {
    for (const label of [0, 1]) {
      if (!exams.some(exam => exam.split === split && exam.label === label && isBinaryTask(exam))) {
        throw new DatasetError(
          `${table}, column ${labelColumn}: the ${split} split has no image of class ${label}.`,
        );
      }
    }
  }
}

function checkNames({ exams, table }: Listing): void {
  const first = new Map<string, ListedExam>();
  for (const exam of exams) {
    const earlier = first.get(exam.image);
    if (earlier) throw new DatasetError(`${exam.image} is named twice, in ${linesOf(earlier, exam, table)}.`);
    first.set(exam.image, exam);
  }
}
