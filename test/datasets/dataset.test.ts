import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputSpec } from '../../src/models/card';
import { sha256Hex } from '../../src/models/hash';
import { cxr } from '../../src/datasets/formats/cxr';
import { DatasetError } from '../../src/datasets/error';
import { checkClasses, isBinaryTask, listDataset } from '../../src/datasets/list';
import { nameHash, splitManifest, splitManifestHash } from '../../src/datasets/manifest';
import { readPlane } from '../../src/datasets/planes';
import { prepareDataset, type PreparationOptions } from '../../src/datasets/prepare';
import type { PreparedDataset, SplitExam } from '../../src/datasets/types';

const input: InputSpec = { size: 32, channels: 1, range: [0, 1], fit: 'stretch', equalise: true };

type Tables = Record<'labels.csv' | 'metadata.csv' | 'boxes.csv', string>;

const good: Tables = {
  'labels.csv': `image,label,quality,patient,split
a.png,1,radiologist,p1,train
b.png,0,text,p2,train
c.jpg,1,text,p3,val
d.png,0,radiologist,p4,val
e.png,,other,p5,test
f.png,1,doubtful,p1,train
`,
  'metadata.csv': `image,nih_findings,view,sex,age,collection
a.png,Pneumonia,AP,F,54,c
b.png,,PA,M,,a
c.jpg,Pneumonia,PA,F,61,d
d.png,,AP,M,20,b
e.png,Mass|Nodule,,F,33,b
f.png,Pneumonia,AP,F,55,c
`,
  'boxes.csv': `image,x,y,width,height,source,finding
a.png,256,512,128,64,rsna,Lung Opacity
a.png,0,0,1024,1024,nih-bbox,Mass
a.png,512,256,256,512,nih-bbox,Infiltrate
e.png,10,10,20,20,nih-bbox,Nodule
`,
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'dataset-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(changes: Partial<Tables> = {}): Promise<void> {
  for (const [name, text] of Object.entries({ ...good, ...changes })) {
    await writeFile(path.join(folder, name), text);
  }
}

const listed = async (): Promise<SplitExam[]> =>
  (await listDataset(cxr, folder, { findings: [], splitSeed: 1 })).exams;

/** Prepares into `cache/`, in this thread, allowing no bad file unless told otherwise. */
async function prepare(
  exams: SplitExam[],
  changes: Partial<PreparationOptions> = {},
  spec = input,
): Promise<PreparedDataset> {
  const cacheFolder = path.join(folder, 'cache');
  const options = { cacheFolder, workers: 1, maxBad: { amount: 0, unit: 'files' as const }, ...changes };
  return prepareDataset(folder, { exams, table: 'labels.csv' }, spec, options);
}

const planesOf = ({ exams, planes, size }: PreparedDataset): number[][] =>
  exams.map((_, index) => [...readPlane(planes, index, size)]);

const change = (table: keyof Tables, from: string, to: string): Partial<Tables> => {
  expect(good[table]).toContain(from);
  return { [table]: good[table].replace(from, to) };
};

/** Patterned images of different sizes and file types; a.png is grey 0, 20, 40, … */
async function writeImages(): Promise<void> {
  await mkdir(path.join(folder, 'images'));
  for (const [k, name] of ['a.png', 'b.png', 'c.jpg', 'd.png', 'e.png', 'f.png'].entries()) {
    const side = 32 + 8 * k;
    const data = Uint8Array.from({ length: side * side }, (_, i) => (i * (k + 3)) % 256);
    await sharp(data, { raw: { width: side, height: side, channels: 1 } }).toFile(
      path.join(folder, 'images', name),
    );
  }
}

describe('the cxr format', () => {
  it('joins the three tables in the order of labels.csv', async () => {
    await write();
    const exams = await listed();
    expect(exams.map(exam => exam.image)).toEqual(['a.png', 'b.png', 'c.jpg', 'd.png', 'e.png', 'f.png']);
    expect(exams[0]).toEqual({
      image: 'a.png',
      file: 'images/a.png',
      line: 2,
      boxUnit: 'fraction',
      sampling: { group: 'rsna', weight: 4 },
      patient: 'p1',
      split: 'train',
      label: 1,
      quality: 'radiologist',
      view: 'AP',
      sex: 'F',
      ageYears: 54,
      collection: 'c',
      // Opacities alone, in fractions of 1024.
      boxes: [
        { x: 0.25, y: 0.5, width: 0.125, height: 0.0625 },
        { x: 0.5, y: 0.25, width: 0.25, height: 0.5 },
      ],
    });
    expect(exams[1].ageYears).toBeUndefined();
    expect(exams[4]).toMatchObject({ label: undefined, view: '', boxes: [] });
    expect(exams.map(isBinaryTask)).toEqual([true, true, true, true, false, false]);
  });

  it('reads tables with a byte order mark, CRLF line ends and no boxes', async () => {
    await write({
      'labels.csv': `\uFEFF${good['labels.csv'].replaceAll('\n', '\r\n')}`,
      'boxes.csv': 'image,x,y,width,height,source,finding\n',
    });
    const exams = await listed();
    expect(exams).toHaveLength(6);
    expect(exams.every(exam => exam.boxes.length === 0)).toBe(true);
  });

  it.each<[string, Partial<Tables>, RegExp]>([
    [
      'a missing column',
      change('labels.csv', 'quality,', 'kind,'),
      /labels\.csv lacks the column\(s\) quality/,
    ],
    [
      'an image outside of the folder',
      Object.fromEntries(
        Object.entries(good).map(([name, text]) => [name, text.replaceAll('d.png', '../../d.png')]),
      ),
      /labels\.csv, line 5: "images\/\.\.\/\.\.\/d\.png" does not lie in the data folder/,
    ],
    [
      'one file in two spellings',
      Object.fromEntries(
        Object.entries(good).map(([name, text]) => [name, text.replaceAll('d.png', './a.png')]),
      ),
      /is named twice, in labels\.csv, lines 2 and 5/,
    ],
    [
      'missing columns of an empty table',
      { 'boxes.csv': 'image,x,y\n' },
      /boxes\.csv lacks the column\(s\) width, height, finding/,
    ],
    [
      'a column twice',
      change('boxes.csv', 'image,x,y', 'image,x,x'),
      /boxes\.csv is not a table: the column x is there twice/,
    ],
    [
      'a torn line',
      change('labels.csv', 'b.png,0,text,p2,train', 'b.png,0'),
      /labels\.csv is not a table.*3/,
    ],
    ['an image without metadata', change('metadata.csv', 'b.png', 'x.png'), /no row for b\.png/],
    [
      'a patient in two splits',
      change('labels.csv', 'c.jpg,1,text,p3', 'c.jpg,1,text,p2'),
      /labels\.csv.*lines 3 and 4 .*train and val/,
    ],
    [
      'a class missing from a split',
      change('labels.csv', 'd.png,0', 'd.png,1'),
      /labels\.csv, column label: the val split has no image of class 0/,
    ],
    [
      'a class with doubtful labels alone',
      change('labels.csv', 'c.jpg,1,text', 'c.jpg,1,doubtful'),
      /val split has no image of class 1/,
    ],
    [
      'an unknown label',
      change('labels.csv', 'a.png,1,', 'a.png,1.0,'),
      /a\.png: label is "1\.0".*empty, 0, 1/,
    ],
    ['an unknown split', change('labels.csv', 'p5,test', 'p5,validation'), /e\.png: split is "validation"/],
    [
      'an unknown quality',
      change('labels.csv', 'a.png,1,radiologist', 'a.png,1,expert'),
      /quality is "expert"/,
    ],
    ['an unknown view', change('metadata.csv', 'b.png,,PA', 'b.png,,LL'), /b\.png: view is "LL"/],
    [
      'an image named twice',
      change('labels.csv', 'f.png', 'b.png'),
      /b\.png is named twice, in labels\.csv, lines 3 and 7/,
    ],
    ['a box that is no number', change('boxes.csv', '256,512', 'NaN,512'), /box of a\.png/],
    ['a box outside the image', change('boxes.csv', '256,512,128', '1000,512,128'), /box of a\.png.*1024/],
  ])('refuses %s, naming it', async (_, tables, message) => {
    await write(tables);
    const asTraining = listDataset(cxr, folder, { findings: [], splitSeed: 1 }).then(checkClasses);
    const error = await asTraining.catch((e: Error) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toMatch(message);
  });

  it('says that the folder is missing where it is, and which format a DICOM folder is of', async () => {
    const nowhere = path.join(folder, 'nowhere');
    await expect(listDataset(cxr, nowhere, { findings: [], splitSeed: 1 })).rejects.toThrow(
      `--data: ${nowhere} does not exist.`,
    );
    await write({ 'labels.csv': 'file,label,patient,split\na.dcm,1,p1,test\n' });
    await expect(listed()).rejects.toThrow(/lacks the column\(s\) image, quality\. .*give --format dicom/);
    await write(change('labels.csv', 'quality,', 'kind,'));
    await expect(listed()).rejects.toThrow(/quality\. Is --format that of this folder \(docs\/data\.md\)\?$/);
  });

  it('names a table that is not there, and never a patient', async () => {
    await write();
    await rm(path.join(folder, 'boxes.csv'));
    await expect(listed()).rejects.toThrow(/boxes\.csv does not exist.*docs\/data\.md/);
    await write(change('labels.csv', 'c.jpg,1,text,p3', 'c.jpg,1,text,p2'));
    await expect(listed()).rejects.toThrow(/^(?!.*p2).*$/);
  });
});

describe('prepareDataset', () => {
  beforeEach(async () => {
    await write();
    await writeImages();
  });

  it('prepares every image once, into a file', async () => {
    const exams = await listed();
    const done: number[] = [];
    const onProgress = (n: number): number => done.push(n);
    const first = await prepare(exams, { onProgress });
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
    const planes = planesOf(first);
    expect(planes.map(plane => plane.length)).toEqual(Array(6).fill(1024));
    // a.png is 32 × 32 with values 3·i mod 256, each four times: mid-rank (4·v + 2) / 1024 of the v-th value.
    for (const i of [0, 1, 100, 1023]) {
      const rank = (4 * ((i * 3) % 256) + 2) / 1024;
      expect(planes[0][i] / 65535).toBeCloseTo(rank, 4);
    }
    expect(planesOf(await prepare(exams, { onProgress }))).toEqual(planes);
    expect(done).toHaveLength(6);
    // a part of them, as evaluation asks for, lies in the same file
    const part = await prepare(exams.slice(2, 4), { onProgress });
    expect(planesOf(part)).toEqual(planes.slice(2, 4));
    expect(done).toHaveLength(6);
  });

  it('makes another file for another input, and does not use what is cut off', async () => {
    const exams = await listed();
    const whole = planesOf(await prepare(exams));
    const other = planesOf(await prepare(exams, {}, { ...input, equalise: false }));
    expect(other).not.toEqual(whole);
    const files = (await readdir(path.join(folder, 'cache'))).filter(name => name.endsWith('.u16'));
    expect(files).toHaveLength(2);
    for (const file of files) await truncate(path.join(folder, 'cache', file), 2 * 2048 + 100);
    const done: number[] = [];
    const again = await prepare(exams, { onProgress: n => done.push(n) });
    expect(planesOf(again)).toEqual(whole);
    expect(done).toEqual([3, 4, 5, 6]);
  });

  it('prepares an image anew whose file changed under the same name, and no other', async () => {
    const exams = await listed();
    const before = await prepare(exams);
    const old = planesOf(before);
    const data = Uint8Array.from({ length: 1600 }, (_, i) => (i * 11) % 256);
    await sharp(data, { raw: { width: 40, height: 40, channels: 1 } }).toFile(
      path.join(folder, 'images', 'b.png'),
    );
    let prepared = 0;
    const after = planesOf(await prepare(exams, { onProgress: () => prepared++ }));
    expect(prepared).toBe(1);
    expect(after[1]).not.toEqual(old[1]);
    expect(after.filter((_, i) => i !== 1)).toEqual(old.filter((_, i) => i !== 1));
    // what a running training reads stays as it was
    expect(planesOf(before)).toEqual(old);
  });

  it('goes on after a journal that a crash has torn', async () => {
    const exams = await listed();
    const whole = planesOf(await prepare(exams));
    const name = (await readdir(path.join(folder, 'cache'))).find(each => each.endsWith('.jsonl')) as string;
    const journal = path.join(folder, 'cache', name);
    const text = await readFile(journal, 'utf8');
    await writeFile(journal, text.slice(0, text.split('\n').slice(0, 3).join('\n').length + 20));
    const done: number[] = [];
    expect(planesOf(await prepare(exams, { onProgress: n => done.push(n) }))).toEqual(whole);
    expect(done).toEqual([4, 5, 6]);
    await prepare(exams, { onProgress: n => done.push(n) });
    expect(done).toHaveLength(3);
  });

  it('finds out a plane that was changed on the disk, and prepares that one anew', async () => {
    const exams = await listed();
    const first = await prepare(exams);
    const whole = planesOf(first);
    const { file } = first.planes;
    const bytes = await readFile(file);
    bytes[2048 + 100] ^= 4;
    await writeFile(file, bytes);
    const changed = await prepare(exams);
    expect(() => planesOf(changed)).toThrow(
      `The prepared image at place 1 of ${file} is not what was written there: give the same command again`,
    );
    const done: number[] = [];
    expect(planesOf(await prepare(exams, { onProgress: n => done.push(n) }))).toEqual(whole);
    expect(done).toEqual([6]);
  });

  it('reads what was prepared before there were checksums, and says that it cannot check it', async () => {
    const exams = await listed();
    const first = await prepare(exams);
    const journal = first.planes.file.replace('.u16', '.jsonl');
    await writeFile(journal, (await readFile(journal, 'utf8')).replace(/,"checksum":\d+/, ''));
    const notices: string[] = [];
    const done: number[] = [];
    const onNotice = (text: string): number => notices.push(text);
    const again = await prepare(exams, { onNotice, onProgress: n => done.push(n) });
    expect(planesOf(again)).toEqual(planesOf(first));
    expect(done).toEqual([]);
    expect(notices).toEqual([expect.stringMatching(/^1 of 6 images .* read unchecked\..*remove .*\.u16\.$/)]);
  });

  it('lets one process prepare at a time, and takes over from one that was killed', async () => {
    const exams = await listed();
    const notices: string[] = [];
    const onNotice = (text: string): number => notices.push(text);
    const counts = [0, 0];
    const both = await Promise.all(
      counts.map((_, k) => prepare(exams, { onNotice, onProgress: () => counts[k]++ })),
    );
    expect(counts.sort()).toEqual([0, 6]);
    expect(notices).toEqual([expect.stringContaining('Another process is preparing')]);
    expect(planesOf(both[0])).toEqual(planesOf(both[1]));

    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const lock = `${both[0].planes.file}.lock`;
    await rm(both[0].planes.file.replace('.u16', '.jsonl'));
    await writeFile(lock, `${child.pid} ${hostname()} 1`);
    expect(planesOf(await prepare(exams))).toEqual(planesOf(both[0]));
  });

  it('names a broken image, and a missing one', async () => {
    const exams = await listed();
    await truncate(path.join(folder, 'images', 'd.png'), 60);
    await expect(prepare(exams)).rejects.toThrow(
      /1 of 6 files.*--max-bad allows 0[^]*d\.png: The picture cannot be decoded/,
    );
    await rm(path.join(folder, 'images', 'b.png'));
    await expect(prepare(exams)).rejects.toThrow(/b\.png is listed in labels\.csv but cannot be read/);
  });

  it('leaves bad images out up to the limit, naming each, and keeps the others in their places', async () => {
    const exams = await listed();
    const whole = planesOf(await prepare(exams));
    const cacheFolder = path.join(folder, 'other-cache');
    await truncate(path.join(folder, 'images', 'd.png'), 60);
    await rm(path.join(folder, 'images', 'b.png'));
    const notices: string[] = [];
    const onNotice = (text: string): number => notices.push(text);
    const kept = await prepare(exams, { cacheFolder, maxBad: { amount: 34, unit: 'percent' }, onNotice });
    expect(kept.exams.map(exam => exam.image)).toEqual(['a.png', 'c.jpg', 'e.png', 'f.png']);
    expect(planesOf(kept)).toEqual([0, 2, 4, 5].map(index => whole[index]));
    expect(notices).toEqual([
      expect.stringMatching(/1 of at most 2.*b\.png/),
      expect.stringMatching(/2 of at most 2.*d\.png/),
    ]);
    expect(kept.bad.map(bad => bad.file)).toEqual(['images/b.png', 'images/d.png']);
    await expect(prepare(exams, { maxBad: { amount: 33, unit: 'percent' } })).rejects.toThrow(/allows 1/);
  });

  it('counts a picture in colour among the bad files, by name', async () => {
    const exams = await listed();
    const rgb = Uint8Array.from({ length: 3 * 12 }, (_, i) => (i % 3 === 0 ? 200 : 20));
    await sharp(rgb, { raw: { width: 4, height: 3, channels: 3 } })
      .png()
      .toFile(path.join(folder, 'images', 'd.png'));
    await expect(prepare(exams)).rejects.toThrow(/1 of 6 files[^]*d\.png: The picture is in colour/);
  });
});

describe('splitManifest', () => {
  it('lists image, label, quality and split; its hash changes with any of them', async () => {
    await write();
    const exams = await listed();
    expect(splitManifest(exams).split('\n').slice(0, 2)).toEqual([
      'image,label,quality,split',
      'a.png,1,radiologist,train',
    ]);
    expect(splitManifest(exams)).toContain('\ne.png,,other,test\n');
    expect(splitManifestHash(exams)).toBe(sha256Hex(Buffer.from(splitManifest(exams))));
    // What tells films of one name apart; an image that was prepared by an earlier version has none.
    // Names of the public collection say nothing of a patient that is not public; others may.
    const [one] = exams;
    const named = (image: string): string => splitManifest([{ ...one, image }], cxr.privateNames);
    expect(named('00000005_002.jpg')).toContain('\n00000005_002.jpg,');
    expect(named('12345678_001.jpg')).toContain(`\n${nameHash('12345678_001.jpg')},`);
    expect(named('DOE-JANE.png')).not.toContain('DOE');
    expect(splitManifest(exams, false, [0xab, undefined, 1, 2, 3, 4]).split('\n').slice(0, 3)).toEqual([
      'image,label,quality,split,pixels',
      'a.png,1,radiologist,train,000000ab',
      expect.stringMatching(/,$/),
    ]);
    exams[5] = { ...exams[5], split: 'test' };
    expect(splitManifestHash(exams)).not.toBe(sha256Hex(Buffer.from(splitManifest(await listed()))));
  });
});
