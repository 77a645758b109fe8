import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelCard } from '../../src/models/card';
import { seededRandom } from '../../src/models/random';
import { exampleCard } from '../models/card-fixture';
import { untrainedPackage } from '../cli/untrained-package';

const command = path.resolve(__dirname, '../../bin/explain.js');
const names = ['Lung Opacity', 'Effusion', 'Mass'];
/** Of 24 films in turn: what is boxed in them; the last alone has a report. */
const kinds = [[], ['Infiltrate'], ['Effusion'], ['Mass', 'Effusion'], ['Infiltrate', 'Mass'], []];
const splits = ['train', 'train', 'val', 'test'];
const side = 64;

let folder: string;
let initial: string;

/** A folder of three findings on real films' tables: each box is brighter than its film. */
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'real-findings-'));
  const data = path.join(folder, 'data');
  await mkdir(path.join(data, 'images'), { recursive: true });
  const labels = ['image,label,quality,patient,split'];
  const metadata = ['image,nih_findings,view,sex,age,rsna_class,collection'];
  const boxes = ['image,x,y,width,height,source,finding'];
  const random = seededRandom('films');
  for (let k = 0; k < 24; k++) {
    const image = `f${k}.png`;
    const own = kinds[k % kinds.length];
    const split = splits[Math.floor(k / kinds.length)];
    labels.push(`${image},${own.includes('Infiltrate') ? 1 : ''},radiologist,p${k},${split}`);
    metadata.push(`${image},${own.includes('Effusion') ? 'Effusion' : 'No Finding'},PA,F,50,,b`);
    const pixels = Uint8Array.from({ length: side * side }, () => 100 * random());
    own.forEach((finding, place) => {
      boxes.push(`${image},${256 * place},512,256,256,nih-bbox,${finding}`);
      for (let y = side / 2; y < (3 * side) / 4; y++)
        pixels.fill(220, y * side + 16 * place, y * side + 16 * place + 16);
    });
    await sharp(pixels, { raw: { width: side, height: side, channels: 1 } }).toFile(
      path.join(data, 'images', image),
    );
  }
  for (const [name, rows] of Object.entries({ labels, metadata, boxes }))
    await writeFile(path.join(data, `${name}.csv`), `${rows.join('\n')}\n`);
  const { title, researchUseNotice, intendedUse, weightsTerms, applicability } = exampleCard();
  const about = { id: 'model', version: '0.0.1', title, researchUseNotice, intendedUse, weightsTerms };
  const classes = names.map(name => ({ name }));
  const card = { ...about, applicability, independent: true, classes };
  await writeFile(path.join(folder, 'about.json'), JSON.stringify({ card }));
  initial = await untrainedPackage([], 1);
}, 60_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(initial, { recursive: true });
});

const explain = (...args: string[]): Promise<{ stderr: string; stdout: string }> =>
  promisify(execFile)(process.execPath, [command, ...args], { cwd: folder });
const data = ['--data', 'data', '--format', 'cxr-findings', '--cache', 'cache', '--workers', '1'];
const train = [
  ...['train', 'classifier', ...data, '--out', 'model', '--about', 'about.json', '--size', '64'],
  ...['--width', '4', '--epochs', '1', '--images-per-epoch', '48', '--batch', '4', '--micro-batch', '4'],
  ...['--learning-rate', '0.003', '--average-decay', '0.5'],
];
const cardOf = async (): Promise<ModelCard> =>
  JSON.parse(await readFile(path.join(folder, 'model', 'model-card.json'), 'utf8')) as ModelCard;

describe('several findings of films', () => {
  it('are not painted: a painted film would have no truth of the others', async () => {
    await expect(explain(...train, '--painted-share', '0.2')).rejects.toThrow(
      /--painted-share is for opacities of two classes/,
    );
    await expect(explain(...train, '--permute-labels')).rejects.toThrow(/a control of two classes/);
  });

  it('are learnt by one classifier, from one of two classes if told so', async () => {
    const { stderr } = await explain(...train, '--init', initial);
    expect(stderr).toContain(
      `${initial} has other classes or another head: all layers but the last start from its own.`,
    );
    const card = await cardOf();
    expect(card.classes.map(({ name }) => name)).toEqual(names);
    expect(card.classes.every(({ operatingPoint }) => operatingPoint === 0.5)).toBe(true);
    expect(card.trainingData.counts).toEqual({
      'train none': 4,
      'train Lung Opacity': 4,
      'train Effusion': 4,
      'train Mass': 4,
      'val none': 2,
      'val Lung Opacity': 2,
      'val Effusion': 2,
      'val Mass': 2,
      'test none': 2,
      'test Lung Opacity': 2,
      'test Effusion': 2,
      'test Mass': 2,
    });
  });

  it('are evaluated each against its own boxes, and the card keeps the figures of each', async () => {
    for (const label of ['Effusion', 'Mass']) {
      const options = ['--model', 'model', '--label', label, '--methods', 'gradcam', '--augment', '0'];
      const controls = ['--resamples', '50', '--controls', '3', '--update-card', '--out', `report-${label}`];
      await explain('evaluate', ...data, ...options, ...controls);
    }
    const { figures } = (await cardOf()).classifier;
    expect(Object.keys(figures!)).toEqual(['val', 'test Effusion', 'test Mass']);
    const all = (figures!['test Effusion'] as Record<string, { positives: number; negatives: number }>).all;
    expect([all.positives, all.negatives]).toEqual([2, 4]);
    const results = JSON.parse(await readFile(path.join(folder, 'report-Mass', 'results.json'), 'utf8'));
    expect(results.provenance.data).toMatchObject({ images: 6, withTruth: 2 });
  });
});
