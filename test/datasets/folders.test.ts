import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPhantom } from '../../src/datasets/open-listing';
import type { InputSpec } from '../../src/models/card';
import { CxrSource } from '../../src/training/cxr-source';
import { cxr } from '../../src/datasets/formats/cxr';
import { listFolders, type ListedFolders } from '../../src/datasets/folders';
import { readPlane } from '../../src/datasets/planes';
import { prepareDataset } from '../../src/datasets/prepare';

const input: InputSpec = { size: 32, channels: 1, range: [0, 1], fit: 'stretch', equalise: false };

/** image, label, patient, split, view, collection, bright rows of 32 */
type Row = [string, string, string, string, string, string, number];

const first: Row[] = [
  ['a.png', '1', 'p1', 'train', 'AP', 'c', 1],
  ['b.png', '0', 'p2', 'train', 'AP', 'c', 2],
  ['c.png', '1', 'p3', 'val', 'PA', 'a', 3],
  ['d.png', '0', 'p4', 'val', 'PA', 'a', 4],
];
const second: Row[] = [
  ['e.png', '0', 'p2', 'train', 'AP', 'e', 5],
  ['f.png', '1', 'p5', 'train', 'AP', 'f', 6],
  ['g.png', '0', 'p6', 'train', 'AP', 'e', 7],
];

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'folders-'));
});
afterEach(() => rm(root, { recursive: true }));

async function write(name: string, rows: readonly Row[]): Promise<string> {
  const folder = path.join(root, name);
  await mkdir(path.join(folder, 'images'), { recursive: true });
  const table = (header: string, lines: string[]): string => `${header}\n${lines.join('\n')}\n`;
  await writeFile(
    path.join(folder, 'labels.csv'),
    table(
      'image,label,quality,patient,split',
      rows.map(([image, label, patient, split]) => `${image},${label},radiologist,${patient},${split}`),
    ),
  );
  await writeFile(
    path.join(folder, 'metadata.csv'),
    table(
      'image,view,sex,age,collection',
      rows.map(([image, , , , view, collection]) => `${image},${view},F,50,${collection}`),
    ),
  );
  await writeFile(path.join(folder, 'boxes.csv'), 'image,x,y,width,height,finding\n');
  for (const [image, , , , , , brightRows] of rows) {
    // Two grey values alone are taken for a mask.
    const pixels = Buffer.from(
      Array.from({ length: 32 * 32 }, (_, i) => (i < 32 * brightRows ? 254 + (i % 2) : 0)),
    );
    await sharp(pixels, { raw: { width: 32, height: 32, channels: 1 } })
      .png()
      .toFile(path.join(folder, 'images', image));
  }
  return folder;
}

const list = (folders: string[]): Promise<ListedFolders> =>
  listFolders(cxr, folders, { findings: [], splitSeed: 1 });

describe('listFolders', () => {
  it('lists several folders as one data set, in the order given, with their own pixels', async () => {
    const folders = [await write('one', first), await write('two', second)];
    const { root: parent, listing } = await list(folders);
    expect(listing.exams.map(({ image }) => image)).toEqual([
      'a.png',
      'b.png',
      'c.png',
      'd.png',
      'e.png',
      'f.png',
      'g.png',
    ]);
    const dataset = await prepareDataset(parent, listing, input, {
      cacheFolder: path.join(root, 'cache'),
      workers: 1,
      maxBad: { amount: 0, unit: 'files' },
    });
    const brightRows = dataset.exams.map(
      (_, index) => readPlane(dataset.planes, index, 32).filter(value => value > 0).length / 32,
    );
    expect(brightRows).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('is the listing of the folder itself where there is one', async () => {
    const folder = await write('one', first);
    const { root: parent, listing } = await list([folder]);
    expect(parent).toBe(folder);
    expect(listing.exams.map(({ file }) => file)).toEqual(first.map(([image]) => `images/${image}`));
  });

  it('refuses an image that both folders name, and names both tables', async () => {
    const folders = [await write('one', first), await write('two', [...second, first[1]])];
    await expect(list(folders)).rejects.toThrow(
      /b\.png is named twice, in one\/labels\.csv, line 3, and two\/labels\.csv, line 5\./,
    );
  });

  it('refuses a patient who would lie in two splits', async () => {
    const folders = [
      await write('one', first),
      await write('two', [...second, ['h.png', '0', 'p4', 'train', 'PA', 'e', 8]]),
    ];
    await expect(list(folders)).rejects.toThrow(
      /one\/labels\.csv, line 5, and two\/labels\.csv, line 5 are of one/,
    );
  });

  it('refuses a folder given twice', async () => {
    const folder = await write('one', first);
    await expect(list([folder, `${folder}/`])).rejects.toThrow('given twice');
  });
});

describe('isPhantom', () => {
  it('takes the word alone', () => {
    expect(isPhantom(['phantom'])).toBe(true);
    expect(isPhantom(['a', 'b'])).toBe(false);
    expect(() => isPhantom(['phantom', 'a'])).toThrow('not both');
  });
});

describe('sampling over folders', () => {
  it('draws RSNA’s collections as one group: sharp copies twice as often as enlarged ones', async () => {
    const folders = [await write('one', first), await write('two', second)];
    const { listing } = await list(folders);
    const planes = { kind: 'memory' as const, values: new Uint16Array(7).map((_, index) => index) };
    const source = new CxrSource(
      { exams: listing.exams, size: 1, planes },
      { seed: 1, paintedShare: 0, boxedPositivesOnly: false },
    );
    const draws = 8000;
    const counts = Array.from({ length: 7 }, () => 0);
    for (let i = 0; i < draws; i++) counts[Math.round(source.draw(i).pixels[0] * 65535)]++;
    // Negatives AP: b (weight 4), e and g (2 each) in a group of three; positives AP: a (4) and f (2) in a group of two.
    const expected = [4 / 2, 4 / 3, 0, 0, 2 / 3, 2 / 2, 2 / 3].map(weight => weight / (17 / 3));
    counts.forEach((count, index) => expect(Math.abs(count / draws - expected[index])).toBeLessThan(0.02));
  });
});
