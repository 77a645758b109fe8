import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputSpec } from '../../src/models/card';
import { sha256Hex } from '../../src/models/hash';
import {
  prepareDataset,
  readGreyImage,
  splitManifest,
  splitManifestHash,
} from '../../src/training/datasets/cache';
import { DatasetError, isBinaryTask, readCxrExams } from '../../src/training/datasets/cxr';

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

describe('readCxrExams', () => {
  it('joins the three tables in the order of labels.csv', async () => {
    await write();
    const exams = await readCxrExams(folder);
    expect(exams.map(exam => exam.image)).toEqual(['a.png', 'b.png', 'c.jpg', 'd.png', 'e.png', 'f.png']);
    expect(exams[0]).toEqual({
      image: 'a.png',
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
    const exams = await readCxrExams(folder);
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
      'missing columns of an empty table',
      { 'boxes.csv': 'image,x,y\n' },
      /boxes\.csv lacks the column\(s\) width, height, finding/,
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
      /c\.jpg.*train and val/,
    ],
    [
      'a class missing from a split',
      change('labels.csv', 'd.png,0', 'd.png,1'),
      /val split has no image of class 0/,
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
    ['an image named twice', change('labels.csv', 'f.png', 'b.png'), /b\.png twice|Patient of b\.png/],
    ['a box that is no number', change('boxes.csv', '256,512', 'NaN,512'), /box of a\.png/],
    ['a box outside the image', change('boxes.csv', '256,512,128', '1000,512,128'), /box of a\.png.*1024/],
  ])('refuses %s, naming it', async (_, tables, message) => {
    await write(tables);
    const error = await readCxrExams(folder).catch((e: Error) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toMatch(message);
  });

  it('names a table that is not there, and never a patient', async () => {
    await write();
    await rm(path.join(folder, 'boxes.csv'));
    await expect(readCxrExams(folder)).rejects.toThrow(/boxes\.csv cannot be read.*docs\/data\.md/);
    await write(change('labels.csv', 'c.jpg,1,text,p3', 'c.jpg,1,text,p2'));
    await expect(readCxrExams(folder)).rejects.toThrow(/^(?!.*p2).*$/);
  });
});

describe('prepareDataset', () => {
  it('prepares every image once, into shared memory', async () => {
    await write();
    await writeImages();
    const cache = path.join(folder, 'cache');
    const exams = await readCxrExams(folder);
    const done: number[] = [];
    const first = await prepareDataset(folder, exams, input, cache, n => done.push(n));
    expect(done).toEqual([1, 2, 3, 4, 5, 6]);
    expect(first.pixels).toHaveLength(6 * 1024);
    expect(first.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
    // a.png is 32 × 32 with values 3·i mod 256, each four times: mid-rank (4·v + 2) / 1024 of the v-th value.
    for (const i of [0, 1, 100, 1023]) {
      const rank = (4 * ((i * 3) % 256) + 2) / 1024;
      expect(first.pixels[i] / 65535).toBeCloseTo(rank, 4);
    }
    // Again, without the images: from the cache.
    await rm(path.join(folder, 'images'), { recursive: true });
    const again = await prepareDataset(folder, exams, input, cache, n => done.push(n));
    expect(again.pixels).toEqual(first.pixels);
    expect(done).toHaveLength(6);
  });

  it('makes another cache for another input, and does not use one that is cut off', async () => {
    await write();
    await writeImages();
    const cache = path.join(folder, 'cache');
    const exams = await readCxrExams(folder);
    const whole = await prepareDataset(folder, exams, input, cache);
    await prepareDataset(folder, exams, { ...input, equalise: false }, cache);
    const files = await readdir(cache);
    expect(files).toHaveLength(2);
    for (const file of files) await truncate(path.join(cache, file), 100);
    expect((await prepareDataset(folder, exams, input, cache)).pixels).toEqual(whole.pixels);
  });

  it('names a broken image, and a missing one', async () => {
    await write();
    await writeImages();
    const exams = await readCxrExams(folder);
    await truncate(path.join(folder, 'images', 'd.png'), 60);
    const cache = path.join(folder, 'cache');
    await expect(prepareDataset(folder, exams, input, cache)).rejects.toThrow(/d\.png cannot be decoded/);
    await rm(path.join(folder, 'images', 'b.png'));
    await expect(prepareDataset(folder, exams, input, cache)).rejects.toThrow(
      /b\.png is listed in labels\.csv but cannot be read/,
    );
  });
});

describe('readGreyImage', () => {
  it('reads grey values as they are, from grey and from colour files alike', async () => {
    const grey = Uint8Array.from([0, 10, 128, 200, 254, 255]);
    const rgb = Uint8Array.from([...grey].flatMap(v => [v, v, v]));
    for (const [name, data, channels] of [
      ['grey.png', grey, 1],
      ['rgb.png', rgb, 3],
    ] as const) {
      const file = path.join(folder, name);
      await sharp(data, { raw: { width: 3, height: 2, channels } })
        .png()
        .toFile(file);
      const image = await readGreyImage(file);
      expect([image.rows, image.columns]).toEqual([2, 3]);
      [...grey].forEach((v, i) => expect(Math.abs(image.values[i] - v)).toBeLessThanOrEqual(1));
    }
  });
});

describe('splitManifest', () => {
  it('lists image, label, quality and split; its hash changes with any of them', async () => {
    await write();
    const exams = await readCxrExams(folder);
    expect(splitManifest(exams).split('\n').slice(0, 2)).toEqual([
      'image,label,quality,split',
      'a.png,1,radiologist,train',
    ]);
    expect(splitManifest(exams)).toContain('\ne.png,,other,test\n');
    expect(splitManifestHash(exams)).toBe(sha256Hex(Buffer.from(splitManifest(exams))));
    exams[5] = { ...exams[5], split: 'test' };
    expect(splitManifestHash(exams)).not.toBe(
      sha256Hex(Buffer.from(splitManifest(await readCxrExams(folder)))),
    );
  });
});
