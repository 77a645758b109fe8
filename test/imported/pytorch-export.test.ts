import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { inputGradient } from '../../src/explain/gradients';
import { featureTensor } from '../../src/explain/graph';
import type { ImportedNetwork } from '../../src/models/card';
import { buildClassifier } from '../../src/models/classifier';
import { parseImportedJson } from '../../src/models/imported/model-json';
import { exampleCard } from '../models/card-fixture';

const python = '/usr/bin/python3';

function whyNoTorch(): string | undefined {
  try {
    execFileSync(python, ['-c', 'import torch, numpy'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return (error as Error).message.trim().split('\n').at(-1);
  }
}

const missing = whyNoTorch();
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

const folders: string[] = [];
afterAll(() => folders.forEach(folder => rmSync(folder, { recursive: true })));

/** Lets PyTorch make a network, exports it, and loads it as a classifier. */
async function exported({ kind, channels, classes, size, width }: Case): Promise<{
  expected: Expected;
  card: ReturnType<typeof exampleCard>;
  classifier: tf.LayersModel;
}> {
  const folder = mkdtempSync(path.join(tmpdir(), 'torch-'));
  folders.push(folder);
  execFileSync(python, [
    path.resolve('test/imported/torch_resnet.py'),
    folder,
    kind,
    ...[channels, classes, size, width].map(String),
  ]);
  const out = path.join(folder, 'tfjs');
  execFileSync(python, [
    'scripts/export-pytorch.py',
    `${folder}/state.pt`,
    '--out',
    out,
    '--size',
    String(size),
  ]);
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
  it.each<Case>([
    { kind: 'basic', channels: 1, classes: 4, size: 75, width: 8 },
    { kind: 'bottleneck', channels: 3, classes: 3, size: 64, width: 8 },
    { kind: 'basic', channels: 3, classes: 1, size: 224, width: 64 },
  ])('has PyTorch’s logits and input gradient on wasm: %o', async setting => {
    await prepareNodeBackend('wasm');
    const { expected, card, classifier } = await exported(setting);
    const { size, classes } = setting;
    const x = tf.tensor4d(expected.image, [2, size, size, 1]);
    const logits = classifier.predictOnBatch(x) as tf.Tensor;
    expect(logits.shape).toEqual([2, classes]);
    const scale = Math.max(1, ...expected.logits.map(Math.abs));
    expect(worst(logits.dataSync(), expected.logits) / scale).toBeLessThan(1e-4);

    expect(featureTensor(classifier).sourceLayer.name).toMatch(/^layer4_\d_out$/);
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
    const folder = mkdtempSync(path.join(tmpdir(), 'torch-'));
    folders.push(folder);
    const save = (entries: string): void => {
      execFileSync(python, ['-c', `import torch; torch.save(${entries}, "${folder}/state.pt")`]);
    };
    const run = (): string => {
      try {
        execFileSync(python, ['scripts/export-pytorch.py', `${folder}/state.pt`, '--out', folder], {
          stdio: 'pipe',
        });
        return '';
      } catch (error) {
        return String((error as { stderr: Buffer }).stderr);
      }
    };
    save('{"features.weight": torch.zeros(1)}');
    expect(run()).toMatch(/has no conv1\.weight; it is not that of a torchvision ResNet/);
    save(
      '{"conv1.weight": torch.zeros(2, 1, 7, 7), **{f"bn1.{k}": torch.zeros(2) for k in ["weight", "bias", "running_mean", "running_var"]}}',
    );
    expect(run()).toMatch(/one linear layer fc is needed; found: none/);
  });
});
