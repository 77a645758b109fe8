import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareModels } from '../../src/report/compare-models';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'compare-'));
});
afterEach(() => rm(folder, { recursive: true }));

const estimate = (value: number): object => ({ value, images: 3 });

/** A report of one map on three images, as far as a comparison reads it. */
async function report(name: string, { sha256 = 'x', shift = 0 } = {}): Promise<string> {
  const ious = [0.2, 0.4, 0.6].map(value => value + shift);
  const map = {
    key: 'gradient',
    title: 'Gradient',
    family: 'baseline',
    averaged: false,
    slow: false,
    images: 3,
    patients: 3,
    failures: {},
    right: { iou90: estimate(0.4 + shift) },
    control: {},
    gain: {},
    area: {},
    curve: { precision: [], sensitivity: [], iou: [] },
    groups: {},
    medianConstantShare: 0,
  };
  const results = {
    format: 'explain-evaluation/1',
    provenance: {
      createdAt: '',
      command: '',
      model: { id: 'm', version: '1', title: 'Model', files: {} },
      data: {
        description: `split ${sha256}`,
        sha256,
        images: 3,
        patients: 3,
        withTruth: 3,
        patientsWithTruth: 3,
        leftOut: {},
      },
      software: {},
      options: { resamples: 20, seed: 1 },
    },
    primary: { metric: 'iou90', description: 'IoU' },
    notes: [],
    classifier: [],
    generators: [],
    maps: [map],
    comparisons: [],
  };
  const out = path.join(folder, name);
  await mkdir(out);
  await writeFile(path.join(out, 'results.json'), JSON.stringify(results));
  const rows = ious.map((iou, i) => `i${i},p${i},gradient,${Number(iou.toPrecision(7))}`);
  await writeFile(path.join(out, 'maps.csv'), ['image,patient,map,iou90', ...rows, ''].join('\n'));
  return out;
}

const measureNothing = (): never => expect.unreachable();
const compare = (a: string, b: string): Promise<string[]> =>
  compareModels(a, b, path.join(folder, 'out'), measureNothing);

describe('the comparison of two reports', () => {
  it('says nothing where both are of the same images', async () => {
    expect(await compare(await report('a'), await report('b', { shift: 0.1 }))).toEqual([]);
  });

  it('says that a report stands beside itself, and that image sets differ', async () => {
    const a = await report('a');
    expect(await compare(a, a)).toEqual([expect.stringMatching(/one and the same report/)]);
    const other = await report('b', { sha256: 'y' });
    expect(await compare(a, other)).toEqual([
      expect.stringMatching(/A: 3 images of split x; B: 3 images of split y.*nothing was paired/),
    ]);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['an emptied cell', text => text.replace('0.4\n', '\n'), /maps\.csv, line 3: iou90 is "", not a number/],
    ['a word in a cell', text => text.replace('0.4\n', 'n/a\n'), /line 3: iou90 is "n\/a"/],
    ['an impossible figure', text => text.replace('0.4\n', '4\n'), /line 3: iou90 is "4"/],
    [
      'another figure',
      text => text.replace('0.4\n', '0.5\n'),
      /not of the same evaluation .* 3 images of mean IoU@90 0\.433333, the other says 3 of 0\.4/,
    ],
    ['a lost row', text => text.replace(/i1.*\n/, ''), /of "gradient" it has 2 images/],
  ])('refuses a table with %s', async (_what, change, reason) => {
    const [a, b] = [await report('a'), await report('b', { shift: 0.1 })];
    const file = path.join(a, 'maps.csv');
    await writeFile(file, change(await readFile(file, 'utf8')));
    await expect(compare(a, b)).rejects.toThrow(reason);
    await expect(compare(b, a)).rejects.toThrow(reason);
  });
});
