import * as tf from '@tensorflow/tfjs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { evaluateModel } from '../../src/evaluation/evaluate-model';
import { evaluationOptions } from '../../src/evaluation/options';
import { trustOptions } from '../../src/evaluation/trust/options';
import { runTrustChecks } from '../../src/evaluation/trust/run-checks';
import type { EvaluationResults } from '../../src/evaluation/results';
import { silent } from '../../src/io/listener';
import { reportPage } from '../../src/report/page';
import { classTable } from '../../src/report/tables';
import { exportNetwork } from '../../src/training/export-network';
import { writeCard, writeNetwork } from '../../src/training/write-package';
import { exampleCard } from '../models/card-fixture';

const size = 32;
const names = ['normal', 'effusion', 'pneumonia'];
let folder: string;
const model = (): string => path.join(folder, 'model');
const data = (): string => path.join(folder, 'data');

/** Called effusion where the mean lies above 0.35, pneumonia above 0.65. */
function classifierOfMean(): tf.LayersModel {
  const x = tf.input({ shape: [size, size, 1], name: 'image' });
  const conv = tf.layers.conv2d({ name: 'features_relu', filters: 1, kernelSize: 1, activation: 'relu' });
  const pooled = tf.layers.globalAveragePooling2d({}).apply(conv.apply(x)) as tf.SymbolicTensor;
  const logits = tf.layers.dense({ name: 'logit', units: 3 });
  const network = tf.model({ inputs: x, outputs: logits.apply(pooled) as tf.SymbolicTensor });
  conv.setWeights([tf.ones([1, 1, 1, 1]), tf.zeros([1])]);
  logits.setWeights([tf.tensor2d([[0, 10, 20]]), tf.tensor1d([0, -3.5, -10])]);
  return network;
}

/** Grey levels of the films, of which one in each class but the last is called otherwise, and the class of each. */
const films = [
  { grey: 0.1, label: 'normal' },
  { grey: 0.2, label: 'normal' },
  { grey: 0.5, label: 'normal' },
  { grey: 0.45, label: 'effusion' },
  { grey: 0.55, label: 'effusion' },
  { grey: 0.8, label: 'effusion' },
  { grey: 0.85, label: 'pneumonia' },
  { grey: 0.9, label: 'pneumonia' },
  // Of two classes that exclude each other: left out.
  { grey: 0.7, label: 'effusion|pneumonia' },
];

beforeAll(async () => {
  await prepareNodeBackend('wasm');
  folder = await mkdtemp(path.join(tmpdir(), 'three-classes-'));
  await mkdir(data());
  const table = films.map(({ label }, i) => `${i}.png,${label},patient-${i},test,PA`);
  await writeFile(
    path.join(data(), 'labels.csv'),
    ['file,label,patient,split,view', ...table, ''].join('\n'),
  );
  const boxes = films.flatMap(({ label }, i) =>
    ['effusion', 'pneumonia'].filter(name => label.includes(name)).map(name => `${i}.png,8,8,16,16,${name}`),
  );
  await writeFile(path.join(data(), 'boxes.csv'), ['file,x,y,width,height,finding', ...boxes, ''].join('\n'));
  for (const [i, { grey }] of films.entries()) {
    // A black and a white pixel in each column keep the range what it is.
    const pixels = Buffer.alloc(size * size, Math.round(255 * grey));
    pixels.fill(0, 0, size).fill(255, size, 2 * size);
    await sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
      .png()
      .toFile(path.join(data(), `${i}.png`));
  }
  const { operatingPoint: _point, calibration: _calibration, ...card } = exampleCard();
  const { files } = await writeNetwork(model(), 'classifier', await exportNetwork(classifierOfMean()));
  const input = { ...card.input, size, equalise: false };
  await writeCard(model(), { ...card, input, classes: names.map(name => ({ name })), files });
});
afterAll(() => rm(folder, { recursive: true }));

const common = (): Record<string, string> => ({ model: model(), out: path.join(folder, 'out') });

describe('a model of three classes that exclude each other', () => {
  it('is evaluated: accuracy, each class against the rest, places of the class that an image has', async () => {
    const given = evaluationOptions.parse({
      ...common(),
      data: [data()],
      format: 'dicom',
      methods: 'gradient',
      augment: '0',
      controls: '1',
      resamples: '20',
      workers: '1',
      cache: path.join(folder, 'cache'),
    });
    const options = { ...given, model: model(), backend: 'wasm' } as const;
    const { results, tables } = await evaluateModel(options, silent, async (_evaluation, found) =>
      classTable(found.classifier),
    );
    const [all] = results.classifier;
    // 2 of 3, 2 of 3 and 2 of 2 are called what they are.
    expect(all.accuracy).toBeCloseTo(6 / 8, 6);
    expect(all.ofClass?.map(({ name, images, sensitivity }) => [name, images, sensitivity?.value])).toEqual([
      ['normal', 3, 2 / 3],
      ['effusion', 3, 2 / 3],
      ['pneumonia', 2, 1],
    ]);
    // The probability of pneumonia rises with the mean; 2 of 2 lie above all others. That of normal falls: 0.5 lies above 0.45.
    expect(all.ofClass?.[2].auc?.value).toBe(1);
    expect(all.ofClass?.[0].auc?.value).toBeCloseTo(14 / 15, 6);
    for (const key of ['auc', 'sensitivity', 'specificity', 'positives'])
      expect(all, key).not.toHaveProperty(key);
    const { images, withTruth, positives, leftOut } = results.provenance.data;
    expect({ images, withTruth, positives }).toEqual({ images: 8, withTruth: 5, positives: undefined });
    expect(leftOut['none or several of the classes']).toBe(1);
    expect(results.provenance.model.operatingPoint).toBeUndefined();
    expect(results.maps.map(({ key }) => key)).toContain('gradient');
    expect(results.notes.join(' ')).toMatch(/misses 1 of the 5 images with truth/);
    expect(tables).toMatch(/effusion +3 +0\.667/);
    expect(reportPage(results, [])).toMatch(/each of one of several classes/);
  });

  it('has its maps checked for trust on images of any class', async () => {
    const options = trustOptions.parse({
      ...common(),
      data: [data()],
      format: 'dicom',
      methods: 'gradient',
      limit: '5',
    });
    const { checks, notes } = await runTrustChecks(options, silent);
    expect(checks.length).toBeGreaterThan(0);
    expect(notes).toEqual([expect.stringMatching(/has no split\.csv/)]);
  });

  it('is measured on its training images where they are asked for, and the report says so first', async () => {
    const given = (more: Record<string, unknown>) => {
      const parsed = evaluationOptions.parse({
        ...common(),
        data: [data()],
        format: 'dicom',
        methods: 'gradient',
        augment: '0',
        controls: '1',
        resamples: '20',
        workers: '1',
        cache: path.join(folder, 'cache'),
        out: path.join(folder, 'out-train'),
        ...more,
      });
      return { ...parsed, model: model(), backend: 'wasm' as const };
    };
    const text = (_evaluation: unknown, found: EvaluationResults): Promise<string> =>
      Promise.resolve(reportPage(found, []));
    const splits = path.join(folder, 'training.csv');
    const rows = films.map((_, i) => `${i}.png,train`);
    await writeFile(splits, ['image,split', ...rows, ''].join('\n'));
    const manifest = path.join(model(), 'split.csv');
    await writeFile(
      manifest,
      ['image,label,quality,split', ...films.map((_, i) => `${i}.png,,unknown,train`), ''].join('\n'),
    );
    try {
      await expect(evaluateModel(given({}), silent, text)).rejects.toThrow(
        /8 of 8 images have the file name/,
      );
      const trained = /^8 of 8 images are images that the model was trained on.*nothing of other films/;
      const { results, tables } = await evaluateModel(given({ split: 'train', splits }), silent, text);
      expect(results.notes[0]).toMatch(trained);
      expect(tables).toContain(results.notes[0]);
      const update = evaluateModel(given({ split: 'train', splits, updateCard: true }), silent, text);
      await expect(update).rejects.toThrow(/--update-card and --split train exclude each other/);
      const trust = { ...common(), data: [data()], format: 'dicom', methods: 'gradient', limit: '5' };
      await expect(runTrustChecks(trustOptions.parse(trust), silent)).rejects.toThrow(
        /8 of 8 images have the file name/,
      );
      const asked = await runTrustChecks(trustOptions.parse({ ...trust, split: 'train', splits }), silent);
      expect(asked.notes).toEqual([expect.stringMatching(trained)]);
      const said: string[] = [];
      const listener = { ...silent, notice: (line: string) => said.push(line) };
      const others = await evaluateModel(
        given({ otherFilms: true, out: path.join(folder, 'out-others'), limit: '3' }),
        listener,
        text,
      );
      expect(said[0]).toMatch(/^Measured are 3 images at most\. Prepared, once, are all of the split/);
      expect(others.results.notes[0]).toMatch(/^8 of 8 images .* said by --other-films; nothing here tells/);
      expect(others.results.provenance.command).toMatch(/ --other-films( |$)/);
    } finally {
      await rm(manifest);
    }
  });

  it('is refused on phantoms, which have findings that do not exclude each other', async () => {
    const refusal = /tells 3 classes apart that exclude each other; phantoms have findings that do not/;
    const given = evaluationOptions.parse({ ...common(), phantoms: '3' });
    const options = { ...given, model: model(), backend: 'wasm' } as const;
    await expect(evaluateModel(options, silent, async () => '')).rejects.toThrow(refusal);
    await expect(runTrustChecks(trustOptions.parse({ ...common(), phantoms: '3' }), silent)).rejects.toThrow(
      refusal,
    );
    const judged = { ...options, phantoms: undefined, data: [data()], judge: model() };
    await expect(evaluateModel(judged, silent, async () => '')).rejects.toThrow(
      /--judge compares two classes/,
    );
  });
});
