import { DatasetError } from './error';
import { boxFractions, oneOf, readBox, readTable, type Row } from './table';
import type { Box, Exam, ListedExam, Split } from './types';

/** Side of the original images that `boxes.csv` counts in, pixels. */
const boxedSide = 1024;

/** A box with the finding that the table names. */
type NamedBox = Box & { finding: string };

/** Names as ChestX-ray14 gives them: the number of one of its 30,805 patients, and of the film. */
const published = /^000[0-3]\d{4}_\d{3}\.(png|jpg)$/;

/** Whether an image is not called as in the public collection: then its name is somebody's own, and may tell whose film it is. */
export function isUnpublished(image: string): boolean {
  return !published.test(image);
}

/** One image of the three tables. */
export interface CxrRow {
  /** What both tasks on such a folder say of it alike. */
  common: Pick<
    ListedExam,
    'image' | 'file' | 'line' | 'patient' | 'view' | 'sex' | 'ageYears' | 'collection' | 'boxUnit'
  > & { split: Split };
  /** Of the binary task. */
  label: 0 | 1 | undefined;
  quality: 'radiologist' | 'text' | 'doubtful' | 'other';
  /** Its row of `metadata.csv`. */
  about: Row;
  /** In fractions of the film. */
  boxes: NamedBox[];
}

/**
 * Joins `labels.csv`, `metadata.csv` and `boxes.csv` of a folder, in the order of the first.
 *
 * @param further columns that `metadata.csv` must have beside those of every task
 * @throws DatasetError naming table and column, or the image
 */
export async function readCxrTables(folder: string, further: readonly string[] = []): Promise<CxrRow[]> {
  const labels = await readTable(folder, 'labels.csv', ['image', 'label', 'quality', 'patient', 'split']);
  const columns = ['image', 'view', 'sex', 'age', 'collection', ...further];
  const metadata = await readTable(folder, 'metadata.csv', columns);
  const boxesOf = await readBoxes(folder);
  const metadataOf = new Map(metadata.rows.map(row => [row.image, row]));
  return labels.rows.map((row, index): CxrRow => {
    const about = metadataOf.get(row.image);
    if (!about) throw new DatasetError(`metadata.csv has no row for ${row.image}.`);
    const label = oneOf(row.image, row, 'label', ['', '0', '1']);
    return {
      common: {
        image: row.image,
        file: `images/${row.image}`,
        line: labels.lines[index],
        patient: row.patient,
        split: oneOf<Split>(row.image, row, 'split', ['train', 'val', 'test']),
        view: oneOf(row.image, about, 'view', ['AP', 'PA', '']),
        sex: about.sex,
        ageYears: about.age === '' ? undefined : Number(about.age),
        collection: about.collection,
        boxUnit: 'fraction',
      },
      label: label === '' ? undefined : label === '1' ? 1 : 0,
      quality: oneOf(row.image, row, 'quality', ['radiologist', 'text', 'doubtful', 'other']),
      about,
      boxes: boxesOf.get(row.image) ?? [],
    };
  });
}

/**
 * Collections are balanced in two groups, NIH's own (`a`, `b`) and RSNA's (`c` to `f`). A radiologist's reading counts twice,
 * and so does a copy at full sharpness (`c`, `d`): `e` and `f` were stored smaller and enlarged.
 */
export function samplingOf(quality: Exam['quality'], collection: string): Exam['sampling'] {
  const readByRadiologist = quality === 'radiologist' ? 2 : 1;
  const sharp = collection === 'c' || collection === 'd' ? 2 : 1;
  return {
    group: collection === 'a' || collection === 'b' ? 'nih' : 'rsna',
    weight: readByRadiologist * sharp,
  };
}

async function readBoxes(folder: string): Promise<Map<string, NamedBox[]>> {
  const { rows } = await readTable(folder, 'boxes.csv', ['image', 'x', 'y', 'width', 'height', 'finding']);
  const boxesOf = new Map<string, NamedBox[]>();
  for (const row of rows) {
    const where = `boxes.csv, box of ${row.image}`;
    const box = boxFractions(readBox(where, [row.x, row.y, row.width, row.height]), boxedSide, boxedSide);
    if (!box) {
      throw new DatasetError(
        `${where}: (${row.x}, ${row.y}, ${row.width}, ${row.height}) does not lie in an image of ` +
          `${boxedSide} × ${boxedSide} pixels.`,
      );
    }
    boxesOf.set(row.image, [...(boxesOf.get(row.image) ?? []), { ...box, finding: row.finding }]);
  }
  return boxesOf;
}
