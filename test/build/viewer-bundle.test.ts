import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { explainFilm, methods } from '../../src/explain';
import { folderReader } from '../../src/io/folder-reader';
import { requireKnownOperations } from '../../src/models/imported/known-operations';
import { loadModelPackage, type ModelPackage } from '../../src/models/package';
import { makePhantom } from '../../src/phantom';
import unusedKernels from '../../scripts/unused-kernels.cjs';
import { untrainedPackage } from '../cli/untrained-package';

const folder = path.resolve(import.meta.dirname, '../../dist/extension');
const built = (name: string): string => readFileSync(path.join(folder, name), 'utf8');

describe('kernels that the viewer leaves out', () => {
  let model: ModelPackage;

  beforeAll(async () => {
    await prepareNodeBackend('cpu');
    const read = folderReader(await untrainedPackage());
    const { card } = await loadModelPackage(read);
    model = await loadModelPackage(read, { generators: Object.keys(card.generators) });
  });
  afterAll(() => model.dispose());

  it('are asked for by no method that the viewer offers, averaged or not', { timeout: 120_000 }, async () => {
    const asked = vi.spyOn(tf.engine(), 'runKernel');
    const [rows, columns] = [64, 64];
    const { pixels } = makePhantom('bundle', { rows, columns });
    const image = { values: Float32Array.from(pixels), rows, columns, photometric: 'MONOCHROME2' as const };
    const attributes = { modality: 'DX', photometric: 'MONOCHROME2', rows, columns };
    const run: string[] = [];
    for (const { id, oneShot, needs } of methods) {
      const carried = !needs.generator || needs.generator.some(kind => hasKind(model, kind));
      if (!oneShot || !carried) continue;
      for (const augment of [0, 2])
        await explainFilm({ image, attributes }, model, { methodId: id, augment });
      run.push(id);
    }
    expect(run).toEqual(expect.arrayContaining(['similar-adversarial', 'gradient', 'gradcam']));
    const kernels = new Set(asked.mock.calls.map(([name]) => name));
    asked.mockRestore();
    expect(kernels).toContain('Conv2D');
    expect([...kernels].filter(name => unusedKernels.unused.includes(name))).toEqual([]);
  });

  it('compute no operation that an imported graph may have', () => {
    for (const op of unusedKernels.unused) {
      expect(() => requireKnownOperations({ node: [{ name: 'node', op }] }), op).toThrow('unknown kind');
    }
  });
});

function hasKind({ card }: ModelPackage, kind: string): boolean {
  return Object.values(card.generators).some(generator => generator.kind === kind);
}

describe('the worker’s bundle', () => {
  it('registers every layer that a classifier of images may be built of', () => {
    const worker = built('explain-worker.js');
    const layers = [
      'Activation Add Average AveragePooling2D BatchNormalization Concatenate Conv2D Conv2DTranspose Cropping2D Dense',
      'DepthwiseConv2D ELU Flatten GlobalAveragePooling2D GlobalMaxPooling2D InputLayer LeakyReLU Maximum MaxPooling2D',
      'Minimum Multiply Permute PReLU ReLU Rescaling Reshape SeparableConv2D Softmax UpSampling2D ZeroPadding2D',
    ].flatMap(line => line.split(' '));
    expect(layers.filter(name => !worker.includes(`className="${name}"`))).toEqual([]);
  });

  it('leaves what a first explanation does not need to chunks', () => {
    const { chunks } = JSON.parse(built('explain-worker.chunks.json')) as {
      chunks: Record<string, string[]>;
    };
    expect(Object.keys(chunks)).toEqual(
      expect.arrayContaining(['cpu', 'graph', 'imported', 'results', 'wasm', 'webgl']),
    );
    const files = readdirSync(folder);
    expect(
      Object.values(chunks)
        .flat()
        .filter(name => !files.includes(name)),
    ).toEqual([]);
  });
});
