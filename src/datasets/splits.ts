import { seededRandom, shuffled } from '../models/random';
import { DatasetError } from './error';
import { imageName } from './image-name';
import { nameHash } from './manifest';
import { oneOf, readGivenTable } from './table';
import type { ListedExam, Listing, Split, SplitExam } from './types';

/**
 * Draws patients into splits: the shares hold among the patients with a positive image and among the others. The same
 * for the same patients and seed, whatever the order of the images.
 *
 * @param shares of `train` and `val`; `test` gets the rest
 */
export function seededSplits<E extends ListedExam>(
  exams: readonly E[],
  seed: number,
  shares: { train: number; val: number },
): (E & { split: Split })[] {
  const patients = [...new Set(exams.map(exam => exam.patient))].sort();
  const positive = new Set(exams.filter(exam => exam.label === 1).map(exam => exam.patient));
  const splitOf = new Map<string, Split>();
  for (const stratum of [true, false]) {
    const members = patients.filter(patient => positive.has(patient) === stratum);
    const order = shuffled(members, seededRandom(`${seed}/splits/${stratum ? 'positive' : 'negative'}`));
    const [trainEnd, valEnd] = [shares.train, shares.train + shares.val].map(share =>
      Math.round(share * order.length),
    );
    order.forEach((patient, rank) =>
      splitOf.set(patient, rank < trainEnd ? 'train' : rank < valEnd ? 'val' : 'test'),
    );
  }
  return exams.map(exam => ({ ...exam, split: splitOf.get(exam.patient) as Split }));
}

/**
 * Splits by a table with the column `split` and `image` or `patient`; the split.csv of a model package is one. Where it
 * has both, its `patient` goes before the data set's own. Images that it does not name are left out.
 */
export async function splitsByFile(file: string, listing: Listing): Promise<Listing<SplitExam>> {
  const table = await readGivenTable('--splits', file, ['split']);
  const byImage = table.header.includes('image');
  const byPatient = table.header.includes('patient');
  if (!byImage && !byPatient) throw new DatasetError(`${file} lacks the column image, or patient.`);
  const rowOf = new Map<string, { split: Split; patient?: string }>();
  table.rows.forEach((row, index) => {
    const where = `${table.name} line ${table.lines[index]}`;
    const key = byImage ? imageName(row.image) : row.patient;
    const split = oneOf(where, row, 'split', ['train', 'val', 'test']);
    const known = rowOf.get(key);
    if (known && known.split !== split) {
      throw new DatasetError(
        `${where}: the same ${byImage ? 'image' : 'patient'} is in ${known.split} further up.`,
      );
    }
    rowOf.set(key, { split, patient: byImage && byPatient ? row.patient : undefined });
  });
  const exams = listing.exams.flatMap((exam): SplitExam[] => {
    const found = byImage
      ? (rowOf.get(exam.image) ?? rowOf.get(nameHash(exam.image)))
      : rowOf.get(exam.patient);
    return found ? [{ ...exam, split: found.split, patient: found.patient || exam.patient }] : [];
  });
  if (exams.length === 0) throw new DatasetError(`${file} names no image of ${listing.table}.`);
  const { splitColumn: _, ...rest } = listing;
  return {
    ...rest,
    exams,
    leftOut: { ...listing.leftOut, [`not in ${table.name}`]: listing.exams.length - exams.length },
  };
}

/** @throws DatasetError naming the lines of two images of one patient in two splits */
export function checkPatients({ exams, table }: Listing<SplitExam>): void {
  const first = new Map<string, SplitExam>();
  for (const exam of exams) {
    const earlier = first.get(exam.patient);
    if (!earlier) first.set(exam.patient, exam);
    else if (earlier.split !== exam.split) {
      throw new DatasetError(
        `The images of ${linesOf(earlier, exam, table)} are of one patient, but lie in ` +
          `${earlier.split} and ${exam.split}. Splits must not share patients.`,
      );
    }
  }
}

type Place = Pick<ListedExam, 'line' | 'table'>;

/** Names the lines of two exams, each with its table where that is not the same. */
export function linesOf(a: Place, b: Place, table: string): string {
  const [first, second] = [a.table ?? table, b.table ?? table];
  return first === second
    ? `${first}, lines ${a.line} and ${b.line}`
    : `${first}, line ${a.line}, and ${second}, line ${b.line}`;
}
