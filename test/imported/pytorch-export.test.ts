import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { inputGradient } from '../../src/explain/gradients';
import { featureTensor } from '../../src/models/graph';
import type { ImportedNetwork } from '../../src/models/card';
import { buildClassifier } from '../../src/models/classifier';
import { parseImportedJson } from '../../src/models/imported/model-json';
import { exampleCard } from '../models/card-fixture';
import { python, whyNoPython } from '../support/python';

const missing = whyNoPython(['torch', 'numpy']);
if (missing)
  console.warn(
    `Skipped: the PyTorch exporter needs ${python} with torch (Debian: python3-torch). ${missing}`,
  );

interface Expected {
  image: number[];
  logits: number[];
  gradient: number[];
}

interface Case {
  kind: 'basic' | 'bottleneck';
  channels: 1 | 3;
  classes: number;
  size: number;
  width: number;
}

const cases: Case[] = [
  { kind: 'basic', channels: 1, classes: 4, size: 75, width: 8 },
  { kind: 'bottleneck', channels: 3, classes: 3, size: 64, width: 8 },
  { kind: 'basic', channels: 3, classes: 1, size: 128, width: 64 },
];
const normalisation = ['weight', 'bias', 'running_mean', 'running_var'].map(key => [`bn1.${key}`, [2]]);
/** Shapes of state dicts that are no ResNet's, and what the exporter says of them. */
const others: [zeros: Record<string, number[]>, said: RegExp][] = [
  [{ 'features.weight': [1] }, /has no conv1\.weight; it is not that of a torchvision ResNet/],
  [
    { 'conv1.weight': [2, 1, 7, 7], ...Object.fromEntries(normalisation) },
    /one linear layer fc is needed; found: none/,
  ],
];

let root: string;
const folderOf = (job: number): string => path.join(root, String(job));
/** What the exporter said to each case and then to each of the others. */
let said: string[];

/** Lets PyTorch make all networks and exports them, in one process. */
function exportAll(): void {
  root = mkdtempSync(path.join(tmpdir(), 'torch-'));
  const jobs = [
    ...cases.map(({ kind, channels, classes, size, width }) => ({
      size,
      network: [kind, channels, classes, width],
    })),
    ...others.map(([zeros]) => ({ size: 64, zeros })),
  ].map((job, index) => ({ ...job, folder: folderOf(index) }));
  for (const { folder } of jobs) mkdirSync(folder);
  const script = path.resolve('test/imported/export_all.py');
  said = JSON.parse(execFileSync(python, [script, JSON.stringify(jobs)], { encoding: 'utf8' }));
}

/** What PyTorch made of a case's network, and its export loaded as a classifier. */
async function exported({ channels, classes, size }: Case): Promise<{
  expected: Expected;
  card: ReturnType<typeof exampleCard>;
  classifier: tf.LayersModel;
}> {
  const job = cases.findIndex(one => one.size === size);
  expect(said[job]).toBe('');
  const folder = folderOf(job);
  const out = path.join(folder, 'tfjs');
  const { artifacts, format } = parseImportedJson(readFileSync(`${out}/model.json`), 'model.json');
  expect(format).toBe('layers');
  const bytes = readFileSync(`${out}/weights.bin`);
  const imported: ImportedNetwork = {
    format,
    input: { size: [size, size], channels, scaling: { range: [-1, 1] } },
    output: 'logits',
  };
  const card = exampleCard({
    input: { size, channels: 1, range: [0, 1], fit: 'stretch', equalise: false },
    classes: Array.from({ length: Math.max(2, classes) }, (_, i) => ({ name: `class ${i}` })),
  });
  card.classifier = { ...card.classifier, featureLayer: undefined, imported };
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const classifier = await buildClassifier({ ...artifacts, weightData }, card);
  return {
    expected: JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Expected,
    card,
    classifier,
  };
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

describe.skipIf(missing)('a PyTorch ResNet exported to tfjs layers', () => {
  beforeAll(exportAll, 120_000);
  afterAll(() => rmSync(root, { recursive: true }));

  it.each(cases)('has PyTorch’s logits and input gradient on wasm: %o', async setting => {
    await prepareNodeBackend('wasm');
    const { expected, card, classifier } = await exported(setting);
    const { size, classes } = setting;
    const x = tf.tensor4d(expected.image, [2, size, size, 1]);
    const logits = classifier.predictOnBatch(x) as tf.Tensor;
    expect(logits.shape).toEqual([2, classes]);
    const scale = Math.max(1, ...expected.logits.map(Math.abs));
    expect(worst(logits.dataSync(), expected.logits) / scale).toBeLessThan(1e-4);

    expect(featureTensor(classifier)!.sourceLayer.name).toMatch(/^layer4_\d_out$/);
    const context = { card, classifier, generators: {} };
    const gradient = tf.tidy(() => {
      if (classes === 1) return inputGradient(context, x);
      const last = (image: tf.Tensor): tf.Tensor =>
        tf.slice(classifier.apply(image) as tf.Tensor2D, [0, classes - 1], [-1, 1]);
      return tf.grad(image => tf.sum(last(image)))(x);
    });
    const largest = Math.max(...expected.gradient.map(Math.abs));
    expect(largest).toBeGreaterThan(1e-6);
    expect(worst(gradient.dataSync(), expected.gradient) / largest).toBeLessThan(1e-4);
    tf.dispose([x, logits, gradient]);
    classifier.dispose();
  });

  it('names what is no ResNet', () => {
    others.forEach(([, reason], index) => expect(said[cases.length + index]).toMatch(reason));
  });
});
