import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Box, Exam, Split } from './types';

/** Side of the original images that `boxes.csv` counts in, pixels. */
const boxedSide = 1024;

/** Findings whose boxes are truth of the binary task. */
const opacityFindings = new Set(['Pneumonia', 'Infiltrate', 'Lung Opacity']);

type Row = Record<string, string>;

/** A data folder that cannot be used, with the reason. */
export class DatasetError extends Error {
  override name = 'DatasetError';
}

/**
 * Reads the tables of a chest X-ray folder: `labels.csv`, `metadata.csv`, `boxes.csv` (docs/data.md).
 *
 * @returns one entry an image, in the order of labels.csv
 * @throws DatasetError when a table or column is missing, a split is empty of a class, or a patient lies in two splits
 */
export async function readCxrExams(folder: string): Promise<Exam[]> {
  const labels = await readTable(folder, 'labels.csv', ['image', 'label', 'quality', 'patient', 'split']);
  const metadata = await readTable(folder, 'metadata.csv', ['image', 'view', 'sex', 'age', 'collection']);
  const boxes = await readTable(folder, 'boxes.csv', ['image', 'x', 'y', 'width', 'height', 'finding']);

  const metadataOf = new Map(metadata.map(row => [row.image, row]));
  const boxesOf = new Map<string, Box[]>();
  for (const row of boxes) {
    if (!opacityFindings.has(row.finding)) continue;
    const list = boxesOf.get(row.image) ?? [];
    list.push(toBox(row));
    boxesOf.set(row.image, list);
  }
  const exams = labels.map((row): Exam => {
    const about = metadataOf.get(row.image);
    if (!about) throw new DatasetError(`metadata.csv has no row for ${row.image}.`);
    const label = oneOf(row, 'label', ['', '0', '1']);
    return {
      image: row.image,
      patient: row.patient,
      split: oneOf(row, 'split', ['train', 'val', 'test']),
      label: label === '' ? undefined : label === '1' ? 1 : 0,
      quality: oneOf(row, 'quality', ['radiologist', 'text', 'doubtful', 'other']),
      view: oneOf(about, 'view', ['AP', 'PA', '']),
      sex: about.sex,
      ageYears: about.age === '' ? undefined : Number(about.age),
      collection: about.collection,
      boxes: boxesOf.get(row.image) ?? [],
    };
  });
  checkImages(exams);
  checkSplits(exams);
  return exams;
}

/** True for an image of the binary task: labelled 0 or 1, and its sources do not contradict each other. */
export function isBinaryTask(exam: Exam): exam is Exam & { label: 0 | 1 } {
  return exam.label !== undefined && exam.quality !== 'doubtful';
}

function toBox(row: Row): Box {
  const [x, y, width, height] = [row.x, row.y, row.width, row.height].map(text => Number(text) / boxedSide);
  if (!(x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1.01 && y + height <= 1.01)) {
    throw new DatasetError(
      `boxes.csv: a box of ${row.image} (${row.x}, ${row.y}, ${row.width}, ${row.height}) ` +
        `does not lie in an image of ${boxedSide} × ${boxedSide} pixels.`,
    );
  }
  return { x, y, width, height };
}

/** The value of a column, if it is one of those allowed: an unknown one must not pass for another. */
function oneOf<T extends string>(row: Row, column: string, allowed: readonly T[]): T {
  const value = allowed.find(each => each === row[column]);
  if (value === undefined) {
    const choices = allowed.map(each => each || 'empty').join(', ');
    throw new DatasetError(`${row.image}: ${column} is "${row[column]}"; it must be one of ${choices}.`);
  }
  return value;
}

async function readTable(folder: string, name: string, columns: readonly string[]): Promise<Row[]> {
  const file = path.join(folder, name);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new DatasetError(`${file} cannot be read. --data must name a folder as docs/data.md describes.`);
  });
  let header: string[] = [];
  const readHeader = (names: string[]): string[] => (header = names.map(each => each.trim()));
  let rows: Row[];
  try {
    rows = parse(text, { columns: readHeader, skip_empty_lines: true, bom: true, trim: true });
  } catch (error) {
    throw new DatasetError(`${file} is not a table: ${(error as Error).message}`);
  }
  const missing = columns.filter(column => !header.includes(column));
  if (missing.length > 0) throw new DatasetError(`${file} lacks the column(s) ${missing.join(', ')}.`);
  return rows;
}

function checkImages(exams: readonly Exam[]): void {
  const seen = new Set<string>();
  for (const { image } of exams) {
    if (seen.has(image)) throw new DatasetError(`labels.csv names ${image} twice.`);
    seen.add(image);
  }
}

function checkSplits(exams: readonly Exam[]): void {
  const splitOf = new Map<string, Split>();
  for (const { patient, split, image } of exams) {
    const earlier = splitOf.get(patient);
    if (earlier && earlier !== split) {
      throw new DatasetError(
        `Patient of ${image} lies in both ${earlier} and ${split}: splits must not share patients.`,
      );
    }
    splitOf.set(patient, split);
  }
  for (const split of ['train', 'val'] as const) {
    for (const label of [0, 1]) {
      if (!exams.some(exam => exam.split === split && exam.label === label && isBinaryTask(exam))) {
        throw new DatasetError(`The ${split} split has no image of class ${label}.`);
      }
    }
  }
}
