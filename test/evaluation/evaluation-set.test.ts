import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOwnNames, checkOwnSplit, type OwnSplitOptions } from '../../src/evaluation/set/own-split';
import { openListing } from '../../src/datasets/open-listing';
import { silent, type Listener } from '../../src/io/listener';
import { plainDatasetOptions } from '../../src/datasets/options';
import { openSplit, type EvaluatedSplit } from '../../src/evaluation/set/open-split';
import { truthMask, type EvaluationSet } from '../../src/evaluation/set/set';
import { exampleCard } from '../models/card-fixture';

const { input } = exampleCard();

const labels = `image,label,quality,patient,split
train1.png,1,radiologist,p1,train
train0.png,0,radiologist,p2,train
val1.png,1,radiologist,p3,val
val0.png,0,radiologist,p4,val
test1.png,1,radiologist,p5,test
test0.png,0,radiologist,p6,test
test2.png,1,text,p5,test
`;
const boxes = `image,x,y,width,height,finding
train1.png,0,0,512,1024,Lung Opacity
test1.png,512,256,256,512,Lung Opacity
`;

describe('openSplit', () => {
  let notices: string[];
  let begun: string[];
  const listener: Listener = {
    notice: text => notices.push(text),
    begin: (title, total) => {
      begun.push(`${title}: ${total}`);
      return silent.begin(title, total);
    },
  };
  let folder: string;
  beforeEach(async () => {
    notices = [];
    begun = [];
    folder = await mkdtemp(path.join(tmpdir(), 'set-'));
    await mkdir(path.join(folder, 'images'));
    const names = labels
      .trim()
      .split('\n')
      .slice(1)
      .map(line => line.split(',')[0]);
    const metadata = names.map((name, i) => `${name},PA,${i % 2 ? 'F' : 'M'},${40 + i},c`).join('\n');
    await writeFile(path.join(folder, 'metadata.csv'), `image,view,sex,age,collection\n${metadata}\n`);
    for (const [i, name] of names.entries()) {
      const bytes = Uint8Array.from({ length: 40 * 40 }, (_, k) => (k * (i + 1)) % 251);
      await sharp(bytes, { raw: { width: 40, height: 40, channels: 1 } })
        .png()
        .toFile(path.join(folder, 'images', name));
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function open(
    tables: { labels?: string; boxes?: string } = {},
    masks?: string,
    averageBoxes?: string,
    split: EvaluatedSplit = 'test',
  ): Promise<EvaluationSet> {
    await writeFile(path.join(folder, 'labels.csv'), tables.labels ?? labels);
    await writeFile(path.join(folder, 'boxes.csv'), tables.boxes ?? boxes);
    const options = { ...plainDatasetOptions(path.join(folder, 'cache')), workers: 1 };
    return openSplit(await openListing([folder], options, listener), split, input, {
      masks,
      averageBoxes,
      averageTruth: true,
    });
  }

  it('knows truth, boxes, sex and age, and the average training truth', async () => {
    const set = await open();
    // Each preparation says what it is for: of a small sample it is most of the waiting.
    expect(begun).toEqual([
      'preparing images of the test split: 3',
      'preparing training images with a box, for the average training truth: 1',
    ]);
    expect(set.cases.map(({ id, truth }) => [id, truth])).toEqual([
      ['test1.png', 0],
      ['test0.png', undefined],
      ['test2.png', undefined],
    ]);
    expect(set.cases.map(({ reader }) => reader)).toEqual(['radiologist', 'radiologist', 'text']);
    expect(set.cases[0]).toMatchObject({ sex: 'M', ageYears: 44, boxes: [{ width: 8, height: 16 }] });
    expect(set.averageTruth?.slice(0, 32)).toEqual(
      Float32Array.from({ length: 32 }, (_, x) => (x < 16 ? 1 : 0)),
    );
  });

  it('goes on without any box, and has no average truth then', async () => {
    const set = await open({ boxes: 'image,x,y,width,height,finding\n' });
    expect(set.cases.every(({ truth }) => truth === undefined)).toBe(true);
    expect(set.averageTruth).toBeUndefined();
  });

  it('takes masks for the truth, and nothing else where they are given', async () => {
    const masks = path.join(folder, 'masks');
    await mkdir(masks);
    const mask = new Uint8Array(64 * 64);
    for (let y = 32; y < 64; y++) mask.fill(255, y * 64, y * 64 + 16);
    const raw = { raw: { width: 64, height: 64, channels: 1 } } as const;
    await sharp(mask, raw).png().toFile(path.join(masks, 'test2.png'));
    const set = await open({}, masks);
    expect(set.cases.map(({ truth }) => truth)).toEqual([undefined, undefined, 0]);
    expect(truthMask(set, 0).reduce((sum, value) => sum + value, 0)).toBe(16 * 8);
    expect(set.cases[2].boxes).toMatchObject([{ x: 0, y: 16, width: 8, height: 16 }]);
    expect(set.averageTruth).toBeUndefined();
    await rm(path.join(masks, 'test2.png'));
    await expect(open({}, masks)).rejects.toThrow(/holds no mask .* of a positive test image/);
  });

  describe('of films with a border', () => {
    /** 64 × 64 pixels: film in 32 × 32 from column 24 and row 8, black around it. */
    const bordered = (name: string): Promise<unknown> => {
      const bytes = new Uint8Array(64 * 64);
      for (let y = 8; y < 40; y++) {
        for (let x = 24; x < 56; x++) bytes[y * 64 + x] = 60 + ((x * 37 + y * 101) % 190);
      }
      const raw = { raw: { width: 64, height: 64, channels: 1 } } as const;
      return sharp(bytes, raw)
        .png()
        .toFile(path.join(folder, 'images', name));
    };
    const pixelsOf = (mask: ArrayLike<number>): number[] =>
      Array.from(mask).flatMap((value, index) => (value > 0 ? [index] : []));
    /** Pixels of a box in the input, 32 × 32. */
    const rectangle = (left: number, top: number, width: number, height: number): number[] =>
      Array.from(
        { length: width * height },
        (_, i) => (top + Math.floor(i / width)) * 32 + left + (i % width),
      );
    /** A mask of 128 × 128 for a film of 64 × 64. */
    const writeMask = (file: string, left: number, top: number, width: number, height: number) => {
      const mask = new Uint8Array(128 * 128);
      for (let y = top; y < top + height; y++) mask.fill(255, y * 128 + left, y * 128 + left + width);
      return sharp(mask, { raw: { width: 128, height: 128, channels: 1 } })
        .png()
        .toFile(file);
    };

    it('training boxes are brought through the crop into the average truth', async () => {
      await bordered('train1.png');
      // In coordinates of 1024: columns 26 to 34 and rows 16 to 32 of 64, so 2 to 10 and 8 to 24 of the field's 32.
      const set = await open({ boxes: boxes.replace('0,0,512,1024', '416,256,128,256') });
      expect(pixelsOf(set.averageTruth!)).toEqual(rectangle(2, 8, 8, 16));
    });

    it('a box reaches only to the edge of the field, and one wholly outside is no truth', async () => {
      await bordered('test1.png');
      await bordered('train1.png');
      // Columns 16 to 32, rows 0 to 16 of 64: 0 to 8 and 0 to 8 of the field.
      const partly = await open({ boxes: boxes.replace('512,256,256,512', '256,0,256,256') });
      expect(pixelsOf(truthMask(partly, 0))).toEqual(rectangle(0, 0, 8, 8));
      const outside = '0,0,256,1024'; // columns 0 to 16
      const set = await open({
        boxes: boxes.replace('512,256,256,512', outside).replace('0,0,512,1024', outside),
      });
      expect(notices.join('\n')).toContain('Of 1 positive test images the truth marks nothing');
      expect(set.cases[0]).toMatchObject({ boxes: [], truth: undefined });
      expect(set.averageTruth).toBeUndefined();
    });

    it('masks are cropped with their films, the average one too', async () => {
      const masks = path.join(folder, 'masks');
      await mkdir(masks);
      await bordered('train1.png');
      await bordered('test1.png');
      // Columns 52 to 68 and rows 32 to 64 of 128, so 26 to 34 and 16 to 32 of 64.
      await writeMask(path.join(masks, 'train1.png'), 52, 32, 16, 32);
      // Columns 40 to 56 and rows 70 to 100 of 128: 20 to 28 and 35 to 50 of 64, of which the field has 24 to 28 and 35 to 40.
      await writeMask(path.join(masks, 'test1.png'), 40, 70, 16, 30);
      // Of an image without border: stretched alone.
      await writeMask(path.join(masks, 'test2.png'), 0, 64, 32, 64);
      const set = await open({}, masks);
      expect(pixelsOf(set.averageTruth!)).toEqual(rectangle(2, 8, 8, 16));
      expect(pixelsOf(truthMask(set, 0))).toEqual(rectangle(0, 27, 4, 5));
      expect(pixelsOf(truthMask(set, 1))).toEqual(rectangle(0, 16, 8, 16));
    });

    it('a mask wholly outside the field is no truth', async () => {
      const masks = path.join(folder, 'masks');
      await mkdir(masks);
      await bordered('test1.png');
      await writeMask(path.join(masks, 'test1.png'), 0, 0, 40, 128);
      await writeMask(path.join(masks, 'test2.png'), 0, 64, 32, 64);
      const set = await open({}, masks);
      expect(notices.join('\n')).toContain('Of 1 positive test images the truth marks nothing');
      expect(set.cases.map(({ truth }) => truth)).toEqual([undefined, undefined, 0]);
    });

    it('without the training films there is no average truth, and a warning', async () => {
      await rm(path.join(folder, 'images', 'train1.png'));
      const set = await open();
      expect(notices.join('\n')).toMatch(/average training truth is left out.*train1\.png/s);
      expect(set.averageTruth).toBeUndefined();
      expect(set.cases[0].truth).toBe(0);
    });
  });

  it('names boxes outside the image, an empty split, and patients in two splits', async () => {
    const outside = boxes.replace('512,256,256,512', '900,256,256,512');
    await expect(open({ boxes: outside })).rejects.toThrow(/box of test1\.png.* does not lie in an image/);
    await expect(open({ labels: labels.replaceAll(',test', ',val') })).rejects.toThrow(
      /test split .* has no image/,
    );
    await expect(open({ labels: labels.replace('p6,test', 'p2,test') })).rejects.toThrow(
      /of one patient, but lie in train and test/,
    );
  });

  describe('of a set to test on alone', () => {
    const alone = labels
      .split('\n')
      .filter(line => !/,(train|val)$/.test(line))
      .join('\n');
    const testBoxes = boxes.replace(/train1.*\n/, '');

    it('needs no other split, and has no average training truth', async () => {
      const set = await open({ labels: alone, boxes: testBoxes });
      expect(set.cases.map(({ id }) => id)).toEqual(['test1.png', 'test0.png', 'test2.png']);
      expect(set.averageTruth).toBeUndefined();
    });

    it('takes the average training truth of a table of boxes, the union of an image’s boxes one truth', async () => {
      const file = path.join(folder, 'training-boxes.csv');
      const table = (rows: string): Promise<void> => writeFile(file, `image,x,y,width,height\n${rows}\n`);
      await table('a,0,0,0.5,1\na,0.25,0,0.25,1\nb,0.25,0.5,0.25,0.5');
      const { averageTruth } = await open({ labels: alone, boxes: testBoxes }, undefined, file);
      // 32 columns: a covers the left 16, b columns 8 to 16 of the lower half
      const row = (y: number): number[] => [...averageTruth!.slice(32 * y, 32 * (y + 1))];
      const left = (low: number, high: number): number[] =>
        Array.from({ length: 32 }, (_, x) => (x < 8 ? low : x < 16 ? high : 0));
      expect(row(0)).toEqual(left(0.5, 0.5));
      expect(row(31)).toEqual(left(0.5, 1));
      await table('a,0.9,0,0.5,1');
      await expect(open({ labels: alone, boxes: testBoxes }, undefined, file)).rejects.toThrow(
        /training-boxes\.csv line 2: the box reaches beyond 1/,
      );
    });
  });

  it('prepares training films only where their mean truth is asked for', async () => {
    await writeFile(path.join(folder, 'labels.csv'), labels);
    await writeFile(path.join(folder, 'boxes.csv'), boxes);
    const options = { ...plainDatasetOptions(path.join(folder, 'cache')), workers: 1 };
    const opened = await openListing([folder], options, listener);
    const preparedFor = async (averageTruth?: boolean): Promise<string[]> => {
      const splits = new Set<string>();
      const prepare: typeof opened.prepare = (exams, spec) => {
        exams.forEach(({ split }) => splits.add(split));
        return opened.prepare(exams, spec);
      };
      const set = await openSplit({ ...opened, prepare }, 'test', input, { averageTruth });
      expect(set.averageTruth === undefined).toBe(averageTruth !== true);
      return [...splits].sort();
    };
    expect(await preparedFor()).toEqual(['test']);
    expect(await preparedFor(true)).toEqual(['test', 'train']);
  });

  it('takes every image where all are asked for, and no mean of the truths that are evaluated', async () => {
    const set = await open({}, undefined, undefined, 'all');
    expect(set.cases.map(({ id }) => id)).toEqual(labels.match(/^\w+\.png/gm));
    expect(set.description).toMatch(/^all splits of/);
    expect(set.cases.filter(({ truth }) => truth !== undefined).map(({ id }) => id)).toEqual([
      'train1.png',
      'test1.png',
    ]);
    expect(set.averageTruth).toBeUndefined();
    expect(set.notes).toEqual([]);
    const model = path.join(folder, 'model');
    await mkdir(model);
    const check = async (line: string): Promise<string[]> => {
      await writeFile(path.join(model, 'split.csv'), `image,label,quality,split\n${line}\n`);
      return checkOwnSplit(model, set, { split: 'all' });
    };
    await expect(check('train1.png,1,radiologist,train')).rejects.toThrow(
      /1 of 7 images have the file name of an image that the model was trained on, or are of the patient of one/,
    );
    expect((await check('test2.png,1,text,val')).join()).toMatch(
      /2 of 7 images are of patients of the model’s validation split/,
    );
  });

  it('says how many images were drawn where the data say nothing of splits', async () => {
    const header = 'file,label,patient\n';
    const rows = Array.from({ length: 20 }, (_, i) => `f${i}.dcm,${i % 2},q${i}`).join('\n');
    await writeFile(path.join(folder, 'labels.csv'), `${header}${rows}\n`);
    const format = {
      ...plainDatasetOptions(path.join(folder, 'cache')),
      format: 'dicom',
      workers: 1,
    } as const;
    const { listing, ...opened } = await openListing([folder], format, listener);
    expect(listing.drawn).toBe(true);
    const test = listing.exams.filter(({ split }) => split === 'test');
    expect(test).toHaveLength(2);
    // The films need not be there: what is prepared is another test's.
    const prepare: typeof opened.prepare = async exams => ({
      exams: exams.map(exam => ({ ...exam, boxes: [] })),
      geometries: [],
      validRuns: exams.map(() => undefined),
      planes: { kind: 'file', file: '', slots: exams.map((_, slot) => slot), checksums: [] },
      bad: [],
      size: input.size,
      splitHash: '',
    });
    const open = (split: EvaluatedSplit): Promise<EvaluationSet> =>
      openSplit({ ...opened, listing, prepare }, split, input);
    const drawn = await open('test');
    expect(drawn.cases).toHaveLength(2);
    expect(drawn.notes).toEqual([
      expect.stringMatching(/^The data say nothing of splits: 2 of 20 images.*--split all/),
    ]);
    const all = await open('all');
    expect(all.cases).toHaveLength(20);
    expect(all.notes).toEqual([]);
  });

  it('refuses images of patients that the model itself was trained on', async () => {
    const set = await open();
    const model = path.join(folder, 'model');
    await mkdir(model);
    const check = (): Promise<string[]> => checkOwnSplit(model, set, { split: 'test' });
    expect((await check()).join()).toMatch(/has no split\.csv/);
    const split = (line: string): Promise<void> =>
      writeFile(path.join(model, 'split.csv'), `image,label,quality,split\n${line}\n`);
    await split('train1.png,1,radiologist,train');
    expect(await check()).toEqual([]);
    await split('elsewhere.png,1,radiologist,train');
    expect((await check()).join()).toMatch(/names none of these images/);
    await split('test2.png,1,text,train'); // another image of patient p5
    await expect(check()).rejects.toThrow(
      /2 of 3 images have the file name .* or are of the patient of one .* among them test1\.png.*--other-films/,
    );
    // SHA-256 of the name, as packages of data sets with private names hold it
    const hashed = createHash('sha256').update('test0.png').digest('hex').slice(0, 24);
    await split(`${hashed},0,radiologist,train`);
    await expect(check()).rejects.toThrow(/1 of 3 images .* among them test0\.png/);
    await split('test0.png,0,radiologist,val');
    expect((await check()).join()).toMatch(/1 of 3 images are of patients of the model’s validation split/);
    expect(await checkOwnSplit(model, set, { split: 'val' })).toEqual([]);
  });

  it('refuses by names before any image is opened, and leaves to the pixels what they alone can tell', async () => {
    await writeFile(path.join(folder, 'labels.csv'), labels);
    await writeFile(path.join(folder, 'boxes.csv'), boxes);
    const options = { ...plainDatasetOptions(path.join(folder, 'cache')), workers: 1 };
    const opened = await openListing([folder], options, listener);
    const prepare = (): never => {
      throw new Error('An image was opened.');
    };
    const model = path.join(folder, 'model');
    await mkdir(model);
    const check = (asked: OwnSplitOptions): Promise<void> =>
      checkOwnNames(model, { ...opened, prepare }, asked);
    const split = (header: string, line: string): Promise<void> =>
      writeFile(path.join(model, 'split.csv'), `${header}\n${line}\n`);
    await split('image,label,quality,split', 'test2.png,1,text,train'); // another image of patient p5
    await expect(check({ split: 'test' })).rejects.toThrow(
      /2 of 3 images have the file name .*--other-films/,
    );
    await expect(check({ split: 'all' })).rejects.toThrow(/2 of 7 images have the file name/);
    await check({ split: 'val' });
    await check({ split: 'train' });
    await check({ split: 'test', otherFilms: true });
    await expect(check({ split: 'test', otherFilms: true, updateCard: true })).rejects.toThrow(
      /on the word of --other-films alone/,
    );
    await split('image,label,quality,split,pixels', 'test0.png,1,text,train,0badcafe');
    await check({ split: 'test', otherFilms: true, updateCard: true });
    expect(begun).toEqual([]);
  });

  it('says plainly of a training split that was asked for that the model was trained on it', async () => {
    const set = await open({}, undefined, undefined, 'train');
    const model = path.join(folder, 'model');
    await mkdir(model);
    const check = (): Promise<string[]> => checkOwnSplit(model, set, { split: 'train' });
    expect((await check()).join()).toMatch(/^These are the training images of the data: .*has no split\.csv/);
    const split = (line: string): Promise<void> =>
      writeFile(path.join(model, 'split.csv'), `image,label,quality,split\n${line}\n`);
    await split('elsewhere.png,1,radiologist,train');
    expect((await check()).join()).toMatch(/^These are the training images .*names none of these images/);
    await split('train1.png,1,radiologist,train');
    expect(await check()).toEqual([
      expect.stringMatching(
        /^1 of 2 images are images that the model was trained on.*nothing of other films/,
      ),
    ]);
  });

  it('lets films that only share names through where that is said, and never the same films', async () => {
    const set = await open();
    const model = path.join(folder, 'model');
    await mkdir(model);
    const check = (otherFilms: boolean): Promise<string[]> =>
      checkOwnSplit(model, set, { split: 'test', otherFilms });
    const split = (header: string, line: string): Promise<void> =>
      writeFile(path.join(model, 'split.csv'), `${header}\n${line}\n`);
    // packages of before the pixels were recorded, the shipped ones among them
    await split('image,label,quality,split', 'test0.png,0,radiologist,train');
    await expect(check(false)).rejects.toThrow(/1 of 3 images have the file name .*--splits .*--other-films/);
    expect(await check(true)).toEqual([expect.stringMatching(/said by --other-films; nothing here tells/)]);
    const forCard = (): Promise<string[]> =>
      checkOwnSplit(model, set, { split: 'test', otherFilms: true, updateCard: true });
    await expect(forCard()).rejects.toThrow(
      /on the word of --other-films alone no figure goes into a model card/,
    );
    // CRC-32 (IEEE 802.3) of the prepared plane, read back from its file
    const { planes } = set;
    if (planes.kind !== 'file') throw new Error('The set lies in a file.');
    const bytes = await readFile(planes.file);
    const [length, slot] = [2 * input.size ** 2, planes.slots[1]];
    const mark = crc32(bytes.subarray(slot * length, (slot + 1) * length))
      .toString(16)
      .padStart(8, '0');
    const header = 'image,label,quality,split,pixels';
    await split(header, `test0.png,0,radiologist,train,${mark === '00000000' ? '00000001' : '00000000'}`);
    await expect(check(false)).rejects.toThrow(/have the file name .*--other-films/);
    expect(await check(true)).toEqual([expect.stringMatching(/their pixels are others/)]);
    expect(await forCard()).toEqual(await check(true));
    await split(header, `test0.png,0,radiologist,train,${mark}`);
    for (const otherFilms of [false, true])
      await expect(check(otherFilms)).rejects.toThrow(
        /^1 of 3 images are images that the model was trained on, by file name and pixels .* among them test0\.png/,
      );
    // what stands for the name, where names may identify
    const hashed = createHash('sha256').update('test0.png').digest('hex').slice(0, 24);
    await split(header, `${hashed},0,radiologist,train,${mark}`);
    await expect(check(true)).rejects.toThrow(/by file name and pixels/);
  });
});
