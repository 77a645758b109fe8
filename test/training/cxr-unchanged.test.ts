import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InputSpec } from '../../src/models/card';
import { seededRandom } from '../../src/models/random';
import { CxrSource } from '../../src/training/cxr-source';
import { cxr } from '../../src/datasets/formats/cxr';
import { listDataset } from '../../src/datasets/list';
import { splitManifestHash } from '../../src/datasets/manifest';
import { readPlane } from '../../src/datasets/planes';
import { prepareDataset } from '../../src/datasets/prepare';
import type { PreparedDataset, SplitExam } from '../../src/datasets/types';

/**
 * The shipped models were trained on these pixels and draws. The expected hashes were made by the code that trained them,
 * before data sets were streamed from a file.
 */
const input: InputSpec = { size: 32, channels: 1, range: [0, 1], fit: 'stretch', equalise: true };
/** Of every 200th film those that are collimated, as seen by eye: cropped now, which they were not then. */
const bordered = new Set([
  '00003601_006.png',
  '00015425_012.png',
  '00021845_001.png',
  '00030412_001.png',
  '00019328_013.jpg',
  '00025034_000.jpg',
  '00027427_006.jpg',
]);
const realFolder = path.resolve('../shared/data/cxr');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'unchanged-'));
  await writeFolder();
});
afterAll(() => rm(folder, { recursive: true }));

/** Sixty noise images of different sizes, with labels, views, qualities, collections and splits drawn by lot. */
async function writeFolder(): Promise<void> {
  const random = seededRandom('golden');
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const labels = ['image,label,quality,patient,split'];
  const metadata = ['image,view,sex,age,collection'];
  const boxes = ['image,x,y,width,height,finding'];
  await mkdir(path.join(folder, 'images'));
  for (let i = 0; i < 60; i++) {
    const name = `${i}.png`;
    const label = i < 8 ? String(i % 2) : pick(['0', '0', '1', '']);
    const qualities = ['radiologist', 'text', 'text', i < 8 ? 'text' : 'doubtful'];
    const quality = label ? pick(qualities) : 'other';
    const split = i < 4 ? 'val' : i < 8 ? 'train' : pick(['train', 'train', 'val', 'test']);
    labels.push([name, label, quality, i, split].join());
    const view = pick(['AP', 'PA', '']);
    metadata.push([name, view, 'F', '50', pick(['a', 'b', 'c', 'd', 'other'])].join());
    if (label === '1' && random() < 0.5) boxes.push([name, 100, 200, 300, 250, 'Lung Opacity'].join());
    const [width, height] = [24 + Math.floor(40 * random()), 24 + Math.floor(40 * random())];
    const data = Uint8Array.from({ length: width * height }, () => Math.floor(256 * random()));
    await sharp(data, { raw: { width, height, channels: 1 } })
      .png()
      .toFile(path.join(folder, 'images', name));
  }
  await writeFile(path.join(folder, 'labels.csv'), labels.join('\n'));
  await writeFile(path.join(folder, 'metadata.csv'), metadata.join('\n'));
  await writeFile(path.join(folder, 'boxes.csv'), boxes.join('\n'));
}

const bytesOf = (array: Uint16Array | Float32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

async function listed(data: string): Promise<SplitExam[]> {
  return (await listDataset(cxr, data, { findings: [], splitSeed: 1 })).exams;
}

const prepare = (data: string, exams: SplitExam[], size: number): Promise<PreparedDataset> =>
  prepareDataset(
    data,
    { exams, table: 'labels.csv' },
    { ...input, size },
    { cacheFolder: path.join(folder, 'cache'), workers: 1, maxBad: { amount: 0, unit: 'files' } },
  );

function pixelHash({ exams, planes, size }: PreparedDataset): string {
  const hash = createHash('sha256');
  exams.forEach((_, index) => hash.update(bytesOf(readPlane(planes, index, size))));
  return hash.digest('hex');
}

describe('the cxr format, against the code that trained the shipped models', () => {
  it('prepares the same pixels', async () => {
    const exams = await listed(folder);
    expect(splitManifestHash(exams)).toBe('b894920b66c7ae91e4b664b6a094a90a11324206d5822102ce7d6f3d49d9f030');
    expect(pixelHash(await prepare(folder, exams, 32))).toBe(
      '18f9d7966f2a6706adbc2a9062692fe8ee002c3d2ce5ad0d3f85e4efd2360b73',
    );
  });

  it.each([
    [false, '2d2c3f90be27209dbb265a577208079b4690af657ce07009e0bca1c8375c1714'],
    [true, 'cb4d249eda466c25469483f8c8e533f19fbad51556dfe6cccbd2e0e8478e777b'],
  ])('draws the same samples (boxed positives only: %s)', async (boxedPositivesOnly, expected) => {
    const { exams, planes, size } = await prepare(folder, await listed(folder), 32);
    const source = new CxrSource({ exams, size, planes }, { seed: 7, paintedShare: 0.2, boxedPositivesOnly });
    const hash = createHash('sha256');
    for (let position = 0; position < 500; position++) {
      const { pixels, label, truth } = source.draw(position);
      hash.update(bytesOf(pixels));
      hash.update(String(label));
      if (truth) hash.update(bytesOf(truth));
    }
    for (let index = 0; index < source.validationCount; index++) {
      const { pixels, label, view, truth } = source.validation(index);
      hash.update(bytesOf(pixels));
      hash.update(`${label}${view}`);
      if (truth) hash.update(bytesOf(truth));
    }
    expect(hash.digest('hex')).toBe(expected);
  });

  describe.skipIf(!existsSync(realFolder))('real films (skipped without ../shared/data/cxr)', () => {
    it('prepares the same pixels of films without a border, and draws the same sequence', async () => {
      const exams = await listed(realFolder);
      const some = exams.filter(({ image }, index) => index % 200 === 0 && !bordered.has(image));
      expect(pixelHash(await prepare(realFolder, some, 224))).toBe(
        'a85b3779edf6a57ecbaabdeb69884a2398114c2f924527f3491ba3b89721f82f',
      );
      expect(splitManifestHash(exams)).toBe(
        '2a7188af204835f3b14327697def5ed6037a7e1ddf012d3cc62eb56d7f501138',
      );
      // pixels that tell the index of their exam
      const values = Uint16Array.from({ length: 4 * exams.length }, (_, i) => i >> 2);
      const source = new CxrSource(
        { exams, size: 2, planes: { kind: 'memory', values } },
        { seed: 1, paintedShare: 0, boxedPositivesOnly: false },
      );
      const drawn = Array.from({ length: 5000 }, (_, p) => Math.round(source.draw(p).pixels[0] * 65535));
      expect(createHash('sha256').update(JSON.stringify(drawn)).digest('hex')).toBe(
        '065955db2521d974832cc5900ad81ed5b84063d618d7e89fb82bbdfb352cd07f',
      );
    }, 60_000);
  });
});
