import path from 'node:path';
import { isThere } from '../../io/is-there';
import { DatasetError } from '../error';
import { imageName } from '../image-name';
import { oneOf, readBox, readTable } from '../table';
import type { Box, DatasetFormat, ListedExam, Listing, Split } from '../types';

const labelTable = 'labels.csv';
const boxTable = 'boxes.csv';

/** A folder of DICOM files with `labels.csv` and, optionally, `boxes.csv`. */
export const dicom: DatasetFormat = {
  name: 'dicom',
  description: 'A folder of DICOM files with a table of labels',
  splitOf: 'the DICOM folder',
  namesFolder: true,
  privateNames: true,
  choosesFindings: false,
  list: listDicom,
};

async function listDicom(folder: string): Promise<Listing> {
  const table = await readTable(folder, labelTable, ['file', 'label', 'patient']);
  const boxesOf = await readBoxes(folder);
  const hasSplit = table.header.includes('split');
  const exams: ListedExam[] = [];
  const listed = new Set<string>();
  let unlabelled = 0;
  table.rows.forEach((row, index) => {
    const line = table.lines[index];
    const where = `${labelTable} line ${line}`;
    if (row.file === '') throw new DatasetError(`${where}: file is empty.`);
    if (row.patient === '') throw new DatasetError(`${where}: patient is empty; name every image’s patient.`);
    const file = imageName(row.file);
    listed.add(file);
    const { label } = row;
    if (label === '') {
      unlabelled++;
      return;
    }
    // What is neither and looks like a number is a slip, not a name.
    const isNamed = !['0', '1'].includes(label) && !/^[-+.\d]/.test(label);
    if (!isNamed) oneOf(where, row, 'label', ['', '0', '1']);
    const findings = isNamed ? findingsOf(label) : undefined;
    const boxes = boxesOf.get(file)?.boxes ?? [];
    const unlisted = boxes.find(
      ({ finding }) => findings && finding !== undefined && !findings.includes(finding),
    );
    if (unlisted)
      throw new DatasetError(
        `${where}: label does not name "${unlisted.finding}", but ${boxTable} has a box of it.`,
      );
    if ((label === '0' || findings?.length === 0) && boxes.length > 0) {
      throw new DatasetError(`${where}: label is ${label}, but ${boxTable} has a box of the same file.`);
    }
    const group = row.source ?? '';
    exams.push({
      image: file,
      file,
      line,
      patient: row.patient,
      split: hasSplit ? oneOf<Split>(where, row, 'split', ['train', 'val', 'test']) : undefined,
      ...(findings ? { findings } : { label: label === '1' ? 1 : 0 }),
      quality: qualityOf(where, row.quality ?? ''),
      view: oneOf(where, { view: row.view ?? '' }, 'view', ['AP', 'PA', '']),
      sex: '',
      collection: group || 'dicom',
      sampling: { group, weight: 1 },
      boxes,
      boxUnit: 'pixel',
    });
  });
  checkLabels(exams);
  for (const [file, { line }] of boxesOf) {
    if (!listed.has(file))
      throw new DatasetError(`${boxTable} line ${line}: ${labelTable} does not list its file.`);
  }
  return {
    exams,
    table: labelTable,
    labelColumn: 'label',
    ...(hasSplit && { splitColumn: 'split' }),
    leftOut: { 'no label': unlabelled },
    notices: [],
  };
}

/** @throws DatasetError naming a line with a finding's name in a table of 1 and 0, such as "yes", or the other way round */
function checkLabels(exams: readonly ListedExam[]): void {
  const named = exams.filter(({ findings }) => findings?.length);
  const numbered = exams.filter(({ label }) => label !== undefined);
  if (named.length === 0 || numbered.length === 0) return;
  const [few, others] = named.length > numbered.length ? [numbered, 'names of findings'] : [named, '1 or 0'];
  throw new DatasetError(
    `${labelTable} line ${few[0].line}: label is "${few[0].findings?.join('|') ?? few[0].label}", but other lines have ${others}. A table has one of the two, or empty labels.`,
  );
}

/** What stands for an image without any finding, where findings are named. */
const noFinding = 'none';

/** Names of findings, several separated by |. */
function findingsOf(label: string): string[] {
  const names = label.split('|').map(name => name.trim());
  return names.filter(name => name !== '' && name !== noFinding);
}

/** A table that does not say who read its films does not make them films that a radiologist read. */
function qualityOf(where: string, quality: string): ListedExam['quality'] {
  return oneOf(where, { quality }, 'quality', ['radiologist', 'text', 'doubtful', '']) || 'unknown';
}

/** Boxes by file, with the line of the first. */
async function readBoxes(folder: string): Promise<Map<string, { boxes: Box[]; line: number }>> {
  const boxesOf = new Map<string, { boxes: Box[]; line: number }>();
  if (!(await isThere(path.join(folder, boxTable)))) return boxesOf;
  const table = await readTable(folder, boxTable, ['file', 'x', 'y', 'width', 'height']);
  table.rows.forEach((row, index) => {
    const line = table.lines[index];
    const place = readBox(`${boxTable} line ${line}`, [row.x, row.y, row.width, row.height]);
    const box = { ...place, ...(row.finding && { finding: row.finding }) };
    const file = imageName(row.file);
    const known = boxesOf.get(file);
    if (known) known.boxes.push(box);
    else boxesOf.set(file, { boxes: [box], line });
  });
  return boxesOf;
}
