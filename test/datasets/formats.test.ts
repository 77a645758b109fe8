import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputSpec } from '../../src/models/card';
import { CxrSource } from '../../src/training/cxr-source';
import { DatasetError } from '../../src/datasets/error';
import { datasetFormats } from '../../src/datasets/formats';
import { checkClasses, listDataset } from '../../src/datasets/list';
import { nameHash, splitManifest } from '../../src/datasets/manifest';
import { readPlane } from '../../src/datasets/planes';
import { openListing } from '../../src/datasets/open-listing';
import { plainDatasetOptions } from '../../src/datasets/options';
import { prepareDataset } from '../../src/datasets/prepare';
import type { FormatOptions, Listing, PreparedDataset, SplitExam } from '../../src/datasets/types';
import { silent } from '../../src/io/listener';
import { dicomFile, imageElements, pixelData, text } from '../dicom/bytes';

const input: InputSpec = { size: 32, channels: 1, range: [0, 1], fit: 'stretch', equalise: true };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'formats-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (name: string, content: string | Uint8Array): Promise<void> => {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), content);
};

const list = (name: string, changes: Partial<FormatOptions> = {}): Promise<Listing<SplitExam>> => {
  const format = datasetFormats.find(each => each.name === name);
  if (!format) throw new Error(name);
  return listDataset(format, folder, { findings: ['Pneumonia'], splitSeed: 1, ...changes });
};

const prepare = (listing: Listing<SplitExam>, spec = input, files = 0): Promise<PreparedDataset> =>
  prepareDataset(folder, listing, spec, {
    cacheFolder: path.join(folder, 'cache'),
    workers: 1,
    maxBad: { amount: files, unit: 'files' },
  });

async function refusal(name: string, changes: Partial<FormatOptions> = {}): Promise<string> {
  const error = await list(name, changes)
    .then(checkClasses) // as a training does
    .then(
      () => undefined,
      (thrown: Error) => thrown,
    );
  expect(error).toBeInstanceOf(DatasetError);
  return (error as Error).message;
}

/** A DICOM film whose left half is dark and right half bright. */
function film(rows: number, columns: number, view = 'PA', photometric = 'MONOCHROME2'): Uint8Array {
  const pixels = Uint8Array.from({ length: rows * columns }, (_, i) =>
    i % columns < columns / 2 ? 10 : 200,
  );
  return dicomFile([
    ...imageElements({ rows, columns, allocated: 8, stored: 8, photometric }),
    text(0x00185101, 'CS', view),
    pixelData(pixels, 'OB'),
  ]);
}

const splitsOf = ({ exams }: Listing<SplitExam>): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { split, label } of exams) counts[`${split}${label}`] = (counts[`${split}${label}`] ?? 0) + 1;
  return counts;
};

describe('rsna: the layout that Kaggle ships', () => {
  const ids = Array.from({ length: 60 }, (_, i) => `id-${String(i).padStart(2, '0')}`);
  const classes = ['Normal', 'Lung Opacity', 'No Lung Opacity / Not Normal'];
  const classOf = (i: number): string => classes[i % 3];

  async function writeTables(
    changeLabels = (rows: string[]): string[] => rows,
    changeClasses = (rows: string[]): string[] => rows,
  ): Promise<void> {
    // opacities have two boxes, so both tables have two rows of them
    const labels = ids.flatMap((id, i) =>
      classOf(i) === 'Lung Opacity' ? [`${id},8,4,16,8,1`, `${id},40,4,8,8,1`] : [`${id},,,,,0`],
    );
    const details = ids.flatMap((id, i) =>
      Array<string>(classOf(i) === 'Lung Opacity' ? 2 : 1).fill(`${id},${classOf(i)}`),
    );
    const file = (rows: string[]): string => `${rows.join('\n')}\n`;
    await write(
      'stage_2_train_labels.csv',
      file(changeLabels(['patientId,x,y,width,height,Target', ...labels])),
    );
    await write('stage_2_detailed_class_info.csv', file(changeClasses(['patientId,class', ...details])));
  }

  const writeFilms = async (): Promise<void> => {
    for (const [i, id] of ids.entries()) {
      await write(`stage_2_train_images/${id}.dcm`, film(48, 64, i % 2 ? 'AP' : 'PA'));
    }
  };

  it('takes normal and opacity cases alone, each once, with all boxes', async () => {
    await writeTables();
    const { exams, leftOut } = await list('rsna');
    expect(exams).toHaveLength(40);
    expect(leftOut).toEqual({ 'No Lung Opacity / Not Normal': 20 });
    expect(exams.filter(exam => exam.label === 1).every(exam => exam.boxes.length === 2)).toBe(true);
    expect(exams[0]).toMatchObject({
      image: 'id-00',
      label: 0,
      boxes: [],
      file: 'stage_2_train_images/id-00.dcm',
    });
  });

  it('draws 80 : 10 : 10 of each class by the seed, whatever the order of the rows', async () => {
    await writeTables();
    const first = await list('rsna');
    expect(splitsOf(first)).toEqual({ train0: 16, train1: 16, val0: 2, val1: 2, test0: 2, test1: 2 });
    const splits = (listing: Listing<SplitExam>): string[] =>
      listing.exams.map(exam => `${exam.image} ${exam.split}`).sort();
    expect(splits(await list('rsna', { splitSeed: 2 }))).not.toEqual(splits(first));
    const reversed = ([header, ...rows]: string[]): string[] => [header, ...rows.reverse()];
    await writeTables(reversed, reversed);
    expect(splits(await list('rsna'))).toEqual(splits(first));
  });

  describe('persons', () => {
    const mapping = 'pneumonia-challenge-dataset-mappings_2018.json';
    /** Two neighbours of one class share a person: films 0 and 3, 1 and 4, and so on. */
    const personOf = (i: number): string => String(6 * Math.floor(i / 6) + (i % 3)).padStart(8, '0');
    const entries = ids.map((id, i) => ({
      subset_img_id: id,
      img_id: `${personOf(i)}_00${i % 6}.png`,
      orig_labels: ['No Finding'],
    }));

    it('are kept in one split where RSNA’s mapping names them', async () => {
      await writeTables();
      await write(mapping, JSON.stringify(entries));
      const listing = await list('rsna');
      expect(listing.notices).toEqual([]);
      const persons = new Map<string, Set<string>>();
      for (const { image, patient, split } of listing.exams) {
        expect(patient).toBe(personOf(ids.indexOf(image)));
        persons.set(patient, (persons.get(patient) ?? new Set()).add(split));
      }
      expect(persons.size).toBe(20);
      expect([...persons.values()].every(splits => splits.size === 1)).toBe(true);
      expect(new Set([...persons.values()].flatMap(splits => [...splits])).size).toBe(3);
    });

    it('may lie in several splits without it, which is said', async () => {
      await writeTables();
      const { notices } = await list('rsna');
      expect(notices).toEqual([
        expect.stringMatching(/mappings_2018\.json is not there.*names a film, not a person/),
      ]);
    });

    it.each([
      ['no JSON', '[{"subset_img_id": "id-00"', /mappings_2018\.json is not JSON/],
      ['no list', '{}', /is not a list/],
      ['an entry without film', JSON.stringify([...entries, { subset_img_id: 'id-99' }]), /entry 61 lacks/],
      [
        'no entry for a film',
        JSON.stringify(entries.slice(1)),
        /class_info\.csv line 2: .* no entry for the patientId/,
      ],
    ])('are refused: %s', async (_, content, message) => {
      await writeTables();
      await write(mapping, content);
      const said = await refusal('rsna');
      expect(said).toMatch(message);
      expect(said).not.toMatch(/id-\d/);
    });
  });

  it('reads film size and view from the file, for boxes and balance', async () => {
    await writeTables();
    await writeFilms();
    const dataset = await prepare(await list('rsna'));
    const [normal, opacity] = dataset.exams;
    expect([normal.view, opacity.view]).toEqual(['PA', 'AP']);
    expect(opacity.boxes[0]).toEqual({ x: 8 / 64, y: 4 / 48, width: 16 / 64, height: 8 / 48 });
    const plane = readPlane(dataset.planes, 0, 32);
    // halves of equal grey: mid-ranks a quarter and three quarters
    expect(plane[0] / 65535).toBeCloseTo(0.25, 1);
    expect(plane[31] / 65535).toBeCloseTo(0.75, 1);

    const { exams, size, planes } = dataset;
    const source = new CxrSource(
      { exams, size, planes },
      { seed: 1, paintedShare: 0, boxedPositivesOnly: false },
    );
    // 4 groups of equal weight: label by view
    const labels = Array.from({ length: 4000 }, (_, position) => source.draw(position).label);
    const share = labels.filter(label => label === 1).length / labels.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / labels.length));
  });

  it('places boxes in a letterboxed input', async () => {
    await writeTables();
    await writeFilms();
    const { exams } = await prepare(await list('rsna'), { ...input, fit: 'letterbox' });
    // 64 × 48 fills 32 × 24 pixels, four below the upper edge
    expect(exams[1].boxes[0]).toEqual({ x: 4 / 32, y: (2 + 4) / 32, width: 8 / 32, height: 4 / 32 });
  });

  it('counts a damaged file and one whose box lies outside as bad', async () => {
    await writeTables(rows => rows.map(row => row.replace('id-01,8,4,16', 'id-01,8,4,60')));
    await writeFilms();
    await write('stage_2_train_images/id-03.dcm', film(48, 64).subarray(0, 300));
    const listing = await list('rsna');
    const { bad, exams } = await prepare(listing, input, 2);
    expect(bad.map(each => each.file)).toEqual([
      'stage_2_train_images/id-03.dcm',
      'stage_2_train_images/id-01.dcm',
    ]);
    expect(bad[1].reason).toMatch(/box does not lie in its 64 × 48 pixels/);
    expect(exams).toHaveLength(38);
    await expect(prepare(listing, input, 1)).rejects.toThrow(
      /2 of 40 files.*allows 1[^]*id-03\.dcm[^]*id-01\.dcm/,
    );
  });

  it.each<[string, (rows: string[]) => string[], (rows: string[]) => string[], RegExp]>([
    [
      'a missing column',
      rows => rows.map(r => r.replace('Target', 'target')),
      r => r,
      /stage_2_train_labels\.csv lacks the column\(s\) Target/,
    ],
    [
      'another missing column',
      r => r,
      rows => rows.map(r => r.replace(',class', ',kind')),
      /stage_2_detailed_class_info\.csv lacks the column\(s\) class/,
    ],
    [
      'an unknown class',
      r => r,
      rows => rows.map(r => r.replace('Normal', 'normal')),
      /class_info\.csv line 2: class is "normal"/,
    ],
    [
      'a class that contradicts the target',
      r => r,
      rows => rows.map(r => r.replace('id-00,Normal', 'id-00,Lung Opacity')),
      /line 2: class "Lung Opacity" contradicts Target/,
    ],
    [
      'two classes of one image',
      r => r,
      rows => [...rows, 'id-01,Normal'],
      /line 82: class is "Normal", but "Lung Opacity" further up/,
    ],
    [
      'an image without a label row',
      rows => rows.filter(r => !r.startsWith('id-00')),
      r => r,
      /line 2: stage_2_train_labels\.csv has no row/,
    ],
    [
      'an opacity without numbers',
      rows => rows.map(r => r.replace('id-01,8', 'id-01,')),
      r => r,
      /labels\.csv line 3: the box \(, 4, 16, 8\)/,
    ],
    [
      'an empty class',
      r => r,
      rows => rows.filter(r => !r.endsWith(',Normal')),
      /class_info\.csv, column class: the train split has no image of class 0/,
    ],
  ])('refuses %s', async (_, changeLabels, changeClasses, message) => {
    await writeTables(changeLabels, changeClasses);
    const said = await refusal('rsna');
    expect(said).toMatch(message);
    expect(said).not.toMatch(/id-\d/);
  });

  it('takes splits from a file: by image, by patient, or the split.csv of a package', async () => {
    await writeTables();
    const drawn = await list('rsna', { splitSeed: 5 });
    await write('split.csv', splitManifest(drawn.exams));
    const splits = path.join(folder, 'split.csv');
    const splitOf = (listing: Listing<SplitExam>): string[] => listing.exams.map(exam => exam.split);
    expect(splitOf(await list('rsna', { splits }))).toEqual(splitOf(drawn));
    await write('split.csv', splitManifest(drawn.exams, true));
    expect(await readFile(splits, 'utf8')).not.toContain('id-');
    expect(splitOf(await list('rsna', { splits }))).toEqual(splitOf(drawn));
    await write(
      'split.csv',
      `patient,split\n${drawn.exams.map(e => `${e.patient},${e.split}`).join('\n')}\n`,
    );
    expect(splitOf(await list('rsna', { splits }))).toEqual(splitOf(drawn));
  });

  it('leaves out what a split file does not name, and refuses one that shares patients', async () => {
    await writeTables();
    const { exams } = await list('rsna');
    const splits = path.join(folder, 'split.csv');
    const rows = exams.map(exam => [exam.image, exam.split, exam.image].join());
    await write('split.csv', ['image,split,patient', ...rows.slice(1)].join('\n'));
    expect((await list('rsna', { splits })).leftOut).toMatchObject({ 'not in split.csv': 1 });
    // the true patients, as RSNA's own mapping names them: two images in two splits
    const other = exams.findIndex(exam => exam.split === 'test');
    expect(exams[0].split).not.toBe('test');
    rows[0] = [exams[0].image, exams[0].split, 'one'].join();
    rows[other] = [exams[other].image, 'test', 'one'].join();
    await write('split.csv', ['image,split,patient', ...rows].join('\n'));
    expect(await refusal('rsna', { splits })).toMatch(
      new RegExp(`lines ${exams[0].line} and ${exams[other].line} are of one patient`),
    );
    await write('split.csv', 'image,split\nid-00,validation\n');
    expect(await refusal('rsna', { splits })).toMatch(/split\.csv line 2: split is "validation"/);
    await write('split.csv', 'image,split\nelse,train\n');
    expect(await refusal('rsna', { splits })).toMatch(/names no image/);
    await write('split.csv', 'name,split\nelse,train\n');
    expect(await refusal('rsna', { splits })).toMatch(/lacks the column image, or patient/);
  });
});

describe('nih: ChestX-ray14', () => {
  const header =
    'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,' +
    'OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],';
  const findings = ['No Finding', 'Pneumonia', 'Consolidation|Effusion', 'Infiltration|Pneumonia'];
  // two films a patient
  const images = Array.from({ length: 80 }, (_, i) => `${String(i >> 1).padStart(8, '0')}_00${i % 2}.png`);
  const row = (image: string, i: number): string =>
    `${image},${findings[(i >> 1) % 4]},0,${i >> 1},0${20 + i}Y,M,${i % 3 ? 'PA' : 'AP'},2682,2749,0.143,0.143,`;

  async function writeTables(): Promise<void> {
    await write('Data_Entry_2017.csv', [header, ...images.map(row)].join('\n'));
    await write(
      'BBox_List_2017.csv',
      [
        'Image Index,Finding Label,Bbox [x,y,w,h],,,',
        `${images[2]},Pneumonia,256.0,512.0,128.0,64.0,,,`,
        `${images[2]},Effusion,1,1,10,10,,,`,
        `${images[6]},Infiltrate,0,0,512,512,,,`,
      ].join('\n'),
    );
    for (const image of images.slice(0, 70)) await write(`images/${image}`, '');
    for (const image of images.slice(70)) await write(`images_002/images/${image}`, '');
  }

  beforeEach(writeTables);

  it('takes pneumonia against no finding, with its boxes, from either image layout', async () => {
    const { exams, leftOut, table } = await list('nih');
    expect(table).toBe('Data_Entry_2017.csv');
    expect(exams).toHaveLength(60);
    expect(leftOut).toEqual({ 'other finding': 20 });
    expect(exams[2]).toMatchObject({
      image: images[2],
      label: 1,
      quality: 'radiologist',
      ageYears: 22,
      view: 'PA',
      boxes: [{ x: 0.25, y: 0.5, width: 0.125, height: 0.0625 }],
    });
    expect(exams[0]).toMatchObject({ label: 0, quality: 'text', view: 'AP', file: `images/${images[0]}` });
    expect(exams.at(-1)?.file).toBe(`images_002/images/${exams.at(-1)?.image}`);
    // Infiltration was not asked for
    expect(exams.find(exam => exam.image === images[6])?.boxes).toEqual([]);
  });

  it('takes the findings asked for, boxes by their own name', async () => {
    const { exams } = await list('nih', { findings: ['Infiltration', 'Consolidation'] });
    expect(exams.filter(exam => exam.label === 1)).toHaveLength(40);
    expect(exams.find(exam => exam.image === images[6])?.boxes).toEqual([
      { x: 0, y: 0, width: 0.5, height: 0.5 },
    ]);
    expect(exams.some(exam => exam.image === images[2])).toBe(false);
    expect(await refusal('nih', { findings: ['pneumonia'] })).toMatch(
      /Data_Entry_2017\.csv, column Finding Labels: no film has "pneumonia".*Consolidation, Effusion, Infiltration, Pneumonia/,
    );
  });

  it('uses the official lists, and validates on an eighth of the train_val patients of each class', async () => {
    await write('test_list.txt', images.slice(64).join('\n'));
    await write('train_val_list.txt', images.slice(2, 64).join('\n'));
    const { exams, leftOut } = await list('nih');
    expect(leftOut['in no official list']).toBe(2);
    const patients = (split: string, label: number): number =>
      new Set(exams.filter(exam => exam.split === split && exam.label === label).map(exam => exam.patient))
        .size;
    expect(exams.filter(e => e.split === 'test').map(e => e.image)).toEqual(
      images.slice(64).filter((_, i) => (i >> 1) % 4 !== 2),
    );
    expect([patients('train', 0), patients('val', 0)]).toEqual([6, 1]);
    expect([patients('train', 1), patients('val', 1)]).toEqual([14, 2]);
    await rm(path.join(folder, 'test_list.txt'));
    expect(await refusal('nih')).toMatch(/both train_val_list\.txt and test_list\.txt/);
  });

  it('refuses official lists that part a patient, naming lines alone', async () => {
    await write('test_list.txt', [images[1], ...images.slice(64)].join('\n'));
    await write('train_val_list.txt', [images[0], ...images.slice(2, 64)].join('\n'));
    expect(await refusal('nih')).toMatch(
      /The images of Data_Entry_2017\.csv, lines 2 and 3 are of one patient/,
    );
  });

  it('keeps the films of a patient in one split', async () => {
    const { exams } = await list('nih');
    for (let i = 0; i < exams.length; i += 2) expect(exams[i].split).toBe(exams[i + 1].split);
  });

  it('says when there are no boxes, and refuses a missing column and a folder without images', async () => {
    await rm(path.join(folder, 'BBox_List_2017.csv'));
    expect((await list('nih')).notices).toEqual([expect.stringMatching(/BBox_List_2017\.csv is not there/)]);
    await write(
      'Data_Entry_2017_v2020.csv',
      [header.replace('Patient ID', 'Patient'), ...images.map(row)].join('\n'),
    );
    expect(await refusal('nih')).toMatch(/Data_Entry_2017_v2020\.csv lacks the column\(s\) Patient ID/);
    await rm(path.join(folder, 'Data_Entry_2017_v2020.csv'));
    await rm(path.join(folder, 'images'), { recursive: true });
    await rm(path.join(folder, 'images_002'), { recursive: true });
    expect(await refusal('nih')).toMatch(/has no images/);
  });
});

describe('dicom: a folder with a table', () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ file: `a/${i}.dcm`, label: i % 2, patient: `P${i}` }));
  const table = (extra = ''): string =>
    `file,label,patient\n${rows.map(r => Object.values(r).join()).join('\n')}\n${extra}`;

  it('is called by its own name in titles, without the folders that it lies in', async () => {
    await write('labels.csv', table());
    const options = { ...plainDatasetOptions(folder), format: 'dicom' };
    const { splitOf } = await openListing([folder], options, silent);
    expect(splitOf).toBe(`the DICOM folder "${path.basename(folder)}"`);
  });

  it('reads labels, boxes in pixels of the file, and the view of table or header', async () => {
    await write('labels.csv', table('a/40.dcm,,P40\n'));
    await write('boxes.csv', 'file,x,y,width,height\na/1.dcm,2,3,10,6\n');
    for (const { file } of rows) await write(file, film(12, 20, 'AP', 'MONOCHROME1'));
    const listing = await list('dicom');
    expect(listing.leftOut).toEqual({ 'no label': 1 });
    const dataset = await prepare(listing);
    expect(dataset.exams[1]).toMatchObject({
      label: 1,
      view: 'AP',
      boxes: [{ x: 0.1, y: 0.25, width: 0.5, height: 0.5 }],
    });
    // MONOCHROME1 stores bright as low: the left half is the bright one
    const plane = readPlane(dataset.planes, 0, 32);
    expect(plane[0]).toBeGreaterThan(plane[31]);
  });

  it('takes split, view and source columns, and balances over the source', async () => {
    const lines = rows.map((r, i) =>
      [...Object.values(r), i < 20 ? 'train' : 'val', 'PA', i < 4 ? 'x' : 'y'].join(),
    );
    await write('labels.csv', `file,label,patient,split,view,source\n${lines.join('\n')}\n`);
    const { exams } = await list('dicom');
    expect(splitsOf({ exams } as Listing<SplitExam>)).toEqual({ train0: 10, train1: 10, val0: 10, val1: 10 });
    const values = Uint16Array.from({ length: 40 }, (_, i) => i);
    const source = new CxrSource(
      { exams, size: 1, planes: { kind: 'memory', values } },
      { seed: 1, paintedShare: 0, boxedPositivesOnly: false },
    );
    const drawn = Array.from({ length: 4000 }, (_, p) => Math.round(source.draw(p).pixels[0] * 65535));
    const share = drawn.filter(index => index < 4).length / drawn.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / drawn.length));
  });

  it('says who read a film only where the table says it', async () => {
    await write('labels.csv', table());
    expect(new Set((await list('dicom')).exams.map(({ quality }) => quality))).toEqual(new Set(['unknown']));
    const readers = ['radiologist', 'text', 'doubtful', ''];
    const lines = rows.map((r, i) => [...Object.values(r), readers[i % 4]].join());
    await write('labels.csv', `file,label,patient,quality\n${lines.join('\n')}\n`);
    const { exams } = await list('dicom');
    expect(exams.slice(0, 4).map(({ quality }) => quality)).toEqual([
      'radiologist',
      'text',
      'doubtful',
      'unknown',
    ]);
    await write('labels.csv', `file,label,patient,quality\na/0.dcm,0,P0,student\n`);
    expect(await refusal('dicom')).toMatch(/labels\.csv line 2: quality is "student"/);
  });

  it.each<[string, string, string | undefined, RegExp]>([
    [
      'the table of another format',
      'image,label,quality,patient,split\na.png,1,text,p,test\n',
      undefined,
      /labels\.csv lacks the column\(s\) file\. .*give --format cxr/,
    ],
    [
      'a missing column',
      'file,label\na,1\n',
      undefined,
      /labels\.csv lacks the column\(s\) patient\. Is --format/,
    ],
    ['an empty patient', table('b.dcm,1,\n'), undefined, /labels\.csv line 42: patient is empty/],
    ['an unknown label', table('b.dcm,2,Q\n'), undefined, /labels\.csv line 42: label is "2"/],
    [
      'a file named twice',
      table('a/3.dcm,1,P3\n'),
      undefined,
      /a\/3\.dcm is named twice, in labels\.csv, lines 5 and 42/,
    ],
    [
      'a file named twice in two spellings',
      table('./a/../a//3.dcm,1,P3\n'),
      undefined,
      /a\/3\.dcm is named twice, in labels\.csv, lines 5 and 42/,
    ],
    [
      'a file outside of the folder',
      table('a/../../b.dcm,1,R\n'),
      undefined,
      /labels\.csv, line 42: "\.\.\/b\.dcm" does not lie in the data folder/,
    ],
    [
      'an absolute path',
      table('/b.dcm,1,R\n'),
      undefined,
      /labels\.csv, line 42: "\/b\.dcm" does not lie in the data folder/,
    ],
    [
      'a word among 1 and 0',
      table('b.dcm,yes,R\n'),
      undefined,
      /labels\.csv line 42: label is "yes", but other lines have 1 or 0/,
    ],
    [
      'a 1 among names of findings',
      table('b.dcm,1,R\n').replaceAll(/,[01],(?=P)/g, ',nodule,'),
      undefined,
      /labels\.csv line 42: label is "1", but other lines have names of findings/,
    ],
    [
      'a box of a healthy film',
      table(),
      'file,x,y,width,height\na/0.dcm,1,1,2,2\n',
      /labels\.csv line 2: label is 0, but boxes\.csv/,
    ],
    [
      'a box of no listed file',
      table(),
      'file,x,y,width,height\nz.dcm,1,1,2,2\n',
      /boxes\.csv line 2: labels\.csv does not list/,
    ],
    [
      'an empty class',
      table().replaceAll(',1,', ',0,'),
      undefined,
      /labels\.csv, column label: the train split has no image of class 1/,
    ],
    [
      'a table that is all test, as of `explain synth`',
      'file,label,patient,split\na.dcm,1,1,test\nb.dcm,0,2,test\n',
      undefined,
      /labels\.csv: the train split has no image \(there are: test 2\)\. .*delete the column split/,
    ],
    [
      'findings where two classes are trained',
      'file,label,patient,split\na.dcm,nodule|effusion,1,train\nb.dcm,none,2,val\n',
      undefined,
      /labels\.csv, column label, names findings \(effusion, nodule\) and no classes 0 and 1.*"independent": true/,
    ],
  ])('refuses %s', async (_, labels, boxes, message) => {
    await write('labels.csv', labels);
    if (boxes) await write('boxes.csv', boxes);
    const said = await refusal('dicom');
    expect(said).toMatch(message);
    // The folder's random name may hold either letter.
    expect(said.replaceAll(folder, '')).not.toMatch(/P\d|Q/);
  });

  it('passes hashes on with a model, no file names', async () => {
    await write('labels.csv', table());
    const { exams } = await list('dicom');
    const manifest = splitManifest(exams, datasetFormats.find(({ name }) => name === 'dicom')?.privateNames);
    expect(manifest).not.toContain('dcm');
    expect(manifest).toContain(`\n${nameHash('a/0.dcm')},0,unknown,`);
  });
});
