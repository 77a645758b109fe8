import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOwnSplit } from '../../src/cli/evaluation/own-split';
import { openListing, plainDatasetOptions } from '../../src/cli/dataset-options';
import { openSplit, truthMask, type EvaluationSet } from '../../src/cli/evaluation/set';
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
  let folder: string;
  beforeEach(async () => {
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
  ): Promise<EvaluationSet> {
    await writeFile(path.join(folder, 'labels.csv'), tables.labels ?? labels);
    await writeFile(path.join(folder, 'boxes.csv'), tables.boxes ?? boxes);
    const options = { ...plainDatasetOptions(path.join(folder, 'cache')), workers: 1 };
    return openSplit(await openListing([folder], options), 'test', input, masks);
  }

  it('knows truth, boxes, sex and age, and the average training truth', async () => {
    const set = await open();
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

  it('refuses images of patients that the model itself was trained on', async () => {
    const set = await open();
    const model = path.join(folder, 'model');
    await mkdir(model);
    expect(await checkOwnSplit(model, set)).toBe(false);
    const split = (line: string): Promise<void> =>
      writeFile(path.join(model, 'split.csv'), `image,label,quality,split\n${line}\n`);
    await split('train1.png,1,radiologist,train');
    expect(await checkOwnSplit(model, set)).toBe(true);
    await split('test2.png,1,text,train'); // another image of patient p5
    await expect(checkOwnSplit(model, set)).rejects.toThrow(
      /2 of 3 images are of patients .* among them test1\.png/,
    );
  });
});
