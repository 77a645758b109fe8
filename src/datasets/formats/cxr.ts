import { DatasetError } from '../error';
import { boxFractions, oneOf, readBox, readTable } from '../table';
import type { Box, DatasetFormat, Exam, ListedExam, Listing, Split } from '../types';

/** Side of the original images that `boxes.csv` counts in, pixels. */
const boxedSide = 1024;

/** Findings whose boxes are truth of the binary task. */
const opacityFindings = new Set(['Pneumonia', 'Infiltrate', 'Lung Opacity']);

/** `labels.csv`, `metadata.csv`, `boxes.csv` and `images/`. */
export const cxr: DatasetFormat = {
  name: 'cxr',
  description:
    'Frontal chest X-rays of NIH ChestX-ray14 and the RSNA Pneumonia Detection Challenge (docs/data.md)',
  splitOf: 'a chest X-ray folder as docs/data.md describes',
  privateNames: false,
  choosesFindings: false,
  list: listCxr,
};

async function listCxr(folder: string): Promise<Listing> {
  const labels = await readTable(folder, 'labels.csv', ['image', 'label', 'quality', 'patient', 'split']);
  const metadata = await readTable(folder, 'metadata.csv', ['image', 'view', 'sex', 'age', 'collection']);
  const boxesOf = await readBoxes(folder);
  const metadataOf = new Map(metadata.rows.map(row => [row.image, row]));
  const exams = labels.rows.map((row, index): ListedExam => {
    const about = metadataOf.get(row.image);
    if (!about) throw new DatasetError(`metadata.csv has no row for ${row.image}.`);
    const label = oneOf(row.image, row, 'label', ['', '0', '1']);
    const quality = oneOf(row.image, row, 'quality', ['radiologist', 'text', 'doubtful', 'other']);
    return {
      image: row.image,
      file: `images/${row.image}`,
      line: labels.lines[index],
      patient: row.patient,
      split: oneOf<Split>(row.image, row, 'split', ['train', 'val', 'test']),
      label: label === '' ? undefined : label === '1' ? 1 : 0,
      quality,
      view: oneOf(row.image, about, 'view', ['AP', 'PA', '']),
      sex: about.sex,
      ageYears: about.age === '' ? undefined : Number(about.age),
      collection: about.collection,
      sampling: samplingOf(quality, about.collection),
      boxes: boxesOf.get(row.image) ?? [],
      boxUnit: 'fraction',
    };
  });
  return { exams, table: 'labels.csv', labelColumn: 'label', leftOut: {}, notices: [] };
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

async function readBoxes(folder: string): Promise<Map<string, Box[]>> {
  const { rows } = await readTable(folder, 'boxes.csv', ['image', 'x', 'y', 'width', 'height', 'finding']);
  const boxesOf = new Map<string, Box[]>();
  for (const row of rows) {
    if (!opacityFindings.has(row.finding)) continue;
    const where = `boxes.csv, box of ${row.image}`;
    const box = boxFractions(readBox(where, [row.x, row.y, row.width, row.height]), boxedSide, boxedSide);
    if (!box) {
      throw new DatasetError(
        `${where}: (${row.x}, ${row.y}, ${row.width}, ${row.height}) does not lie in an image of ` +
          `${boxedSide} × ${boxedSide} pixels.`,
      );
    }
    boxesOf.set(row.image, [...(boxesOf.get(row.image) ?? []), box]);
  }
  return boxesOf;
}
