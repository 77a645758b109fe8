import { access, readdir } from 'node:fs/promises';
import path from 'node:path';
import { readTextIfThere } from '../../io/read-if-there';
import { DatasetError } from '../error';
import { seededSplits } from '../splits';
import { boxFractions, oneOf, readBox, readTable, type Table } from '../table';
import type { Box, DatasetFormat, FormatOptions, ListedExam, Listing } from '../types';

const boxTable = 'BBox_List_2017.csv';
const officialLists = ['train_val_list.txt', 'test_list.txt'] as const;

/** Side of the films that the boxes count in, pixels; copies of another size keep the tables. */
const boxedSide = 1024;

/** Share of the official train_val patients that validate. */
const validationShare = 1 / 8;

/** The box table's name of a finding, where it differs from that of the label table. */
const boxName: Readonly<Record<string, string>> = { Infiltration: 'Infiltrate' };

/** NIH ChestX-ray14: films without finding against films with chosen ones. */
export const nih: DatasetFormat = {
  name: 'nih',
  description: 'NIH ChestX-ray14: films with chosen findings against films of "No Finding"',
  privateNames: false,
  choosesFindings: true,
  list: listNih,
};

async function listNih(folder: string, options: FormatOptions): Promise<Listing> {
  const entries = await readTable(folder, await entryTable(folder), [
    'Image Index',
    'Finding Labels',
    'Patient ID',
    'Patient Age',
    'Patient Gender',
    'View Position',
  ]);
  checkFindings(entries, options.findings);
  const fileOf = await imageFiles(folder);
  const { boxesOf, notices } = await readBoxes(folder, options.findings);
  const exams: ListedExam[] = [];
  let otherFinding = 0;
  entries.rows.forEach((row, index) => {
    const image = row['Image Index'];
    const findings = row['Finding Labels'].split('|');
    const positive = options.findings.some(finding => findings.includes(finding));
    if (!positive && row['Finding Labels'] !== 'No Finding') {
      otherFinding++;
      return;
    }
    const boxes = positive ? (boxesOf.get(image) ?? []) : [];
    const age = Number.parseInt(row['Patient Age'], 10);
    exams.push({
      image,
      file: fileOf.get(image) ?? `images/${image}`,
      line: entries.lines[index],
      patient: row['Patient ID'],
      label: positive ? 1 : 0,
      quality: boxes.length > 0 ? 'radiologist' : 'text',
      view: oneOf(`${entries.name} line ${entries.lines[index]}`, row, 'View Position', ['AP', 'PA', '']),
      sex: row['Patient Gender'],
      ageYears: Number.isNaN(age) ? undefined : age,
      collection: 'nih',
      sampling: { group: 'nih', weight: boxes.length > 0 ? 2 : 1 },
      boxes,
      boxUnit: 'fraction',
    });
  });
  const listing: Listing = {
    exams,
    table: entries.name,
    labelColumn: 'Finding Labels',
    leftOut: { 'other finding': otherFinding },
    notices,
  };
  return options.splits ? listing : withOfficialSplits(folder, listing, options.splitSeed);
}

/** The newest of the label tables in the folder. */
async function entryTable(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const found = names.filter(name => /^Data_Entry_2017.*\.csv$/.test(name)).sort();
  // a folder without one gets the message of a table that cannot be read
  return found.at(-1) ?? 'Data_Entry_2017.csv';
}

function checkFindings(entries: Table, wanted: readonly string[]): void {
  const known = new Set(entries.rows.flatMap(row => row['Finding Labels'].split('|')));
  known.delete('No Finding');
  const unknown = wanted.filter(finding => !known.has(finding));
  if (unknown.length > 0) {
    throw new DatasetError(
      `${entries.name}, column Finding Labels: no film has ${unknown.map(each => `"${each}"`).join(', ')}. ` +
        `--findings may name ${[...known].sort().join(', ')}.`,
    );
  }
}

/** Where each image lies: below `images/`, or below the `images_001/images/` … of the archives. */
async function imageFiles(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder);
  const archives = names.filter(name => /^images_\d+$/.test(name)).sort();
  const fileOf = new Map<string, string>();
  for (const place of ['images', ...archives.map(name => `${name}/images`)]) {
    const files = await readdir(path.join(folder, place)).catch(() => [] as string[]);
    for (const file of files) if (!fileOf.has(file)) fileOf.set(file, `${place}/${file}`);
  }
  if (fileOf.size === 0) {
    throw new DatasetError(`${folder} has no images: neither images/ nor images_001/images/ holds a file.`);
  }
  return fileOf;
}

async function readBoxes(
  folder: string,
  findings: readonly string[],
): Promise<{ boxesOf: Map<string, Box[]>; notices: string[] }> {
  const boxesOf = new Map<string, Box[]>();
  const there = await access(path.join(folder, boxTable)).then(
    () => true,
    () => false,
  );
  if (!there) return { boxesOf, notices: [`${boxTable} is not there: no film has boxes.`] };
  // the header is Image Index,Finding Label,Bbox [x,y,w,h],,,
  const table = await readTable(folder, boxTable, [
    'Image Index',
    'Finding Label',
    'Bbox [x',
    'y',
    'w',
    'h]',
  ]);
  const names = new Set(findings.flatMap(finding => [finding, boxName[finding] ?? finding]));
  table.rows.forEach((row, index) => {
    if (!names.has(row['Finding Label'])) return;
    const where = `${boxTable} line ${table.lines[index]}`;
    const box = boxFractions(readBox(where, [row['Bbox [x'], row.y, row.w, row['h]']]), boxedSide, boxedSide);
    if (!box)
      throw new DatasetError(`${where}: the box does not lie in a film of ${boxedSide} × ${boxedSide}.`);
    boxesOf.set(row['Image Index'], [...(boxesOf.get(row['Image Index']) ?? []), box]);
  });
  return { boxesOf, notices: [] };
}

/** `test` as the official list has it; patients of the other list are drawn into `train` and `val`. */
async function withOfficialSplits(folder: string, listing: Listing, seed: number): Promise<Listing> {
  const texts = await Promise.all(officialLists.map(name => readTextIfThere(path.join(folder, name))));
  const [trainVal, test] = texts.map(text => text && new Set(text.split(/\s+/).filter(Boolean)));
  if (!trainVal && !test) return listing;
  if (!trainVal || !test) {
    throw new DatasetError(`${folder} must have both ${officialLists.join(' and ')}, or neither.`);
  }
  const inTest = listing.exams.filter(exam => test.has(exam.image));
  const inTrainVal = listing.exams.filter(exam => trainVal.has(exam.image));
  const drawn = seededSplits(inTrainVal, seed, { train: 1 - validationShare, val: validationShare });
  const splitOf = new Map(drawn.map(exam => [exam.image, exam.split]));
  for (const { image, line } of inTest) {
    if (splitOf.has(image)) {
      throw new DatasetError(`${listing.table} line ${line}: the image stands in both official lists.`);
    }
    splitOf.set(image, 'test');
  }
  return {
    ...listing,
    exams: listing.exams
      .filter(exam => splitOf.has(exam.image))
      .map(exam => ({ ...exam, split: splitOf.get(exam.image) })),
    leftOut: {
      ...listing.leftOut,
      'in no official list': listing.exams.length - splitOf.size,
    },
  };
}
