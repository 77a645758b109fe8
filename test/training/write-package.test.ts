import { cp, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it } from 'vitest';
import { parseModelCard, type ModelCard } from '../../src/models/card';
import { loadModelPackage } from '../../src/models/package';
import { buildGenerator } from '../../src/models/networks/generator';
import { exportNetwork } from '../../src/training/export-network';
import { folderReader } from '../../src/io/folder-reader';
import { addGenerator, updateCard, writeCard } from '../../src/training/write-package';
import { size, untrainedPackage } from '../cli/untrained-package';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map(folder => rm(folder, { recursive: true }))));

describe('a package whose kernels are in half precision', () => {
  it('is near half as large and makes the same images up to rounding', async () => {
    const single = await untrainedPackage(['single2']);
    const half = `${single}-half`;
    folders.push(single, half);
    await cp(single, half, { recursive: true });
    const options = { inputPooling: 2, outputLevel: 0, output: 'residual', residualBound: 0.35 } as const;
    const { model } = buildGenerator({
      kind: 'single2',
      size,
      channels: 1,
      width: 4,
      levels: 3,
      seed: 2,
      ...options,
    });
    const entry = { kind: 'single2', title: 'half', output: 'residual', training: {} } as const;
    await addGenerator(half, 'single2', await exportNetwork(model), entry, { precision: 'float16' });
    model.dispose();

    // The new one is written beside the old one, which the card names until it is there.
    const [whole, small] = await Promise.all(
      [
        path.join(single, 'generators/single2/weights.bin'),
        path.join(half, 'generators/single2/weights-2.bin'),
      ].map(async file => (await stat(file)).size),
    );
    expect(small / whole).toBeLessThan(0.6);
    const json = JSON.parse(await readFile(path.join(half, 'generators/single2/model-2.json'), 'utf8'));
    const stored = json.weightsManifest[0].weights as { name: string; quantization?: { dtype: string } }[];
    for (const { name, quantization } of stored) {
      expect(quantization?.dtype, name).toBe(name.endsWith('/kernel') ? 'float16' : undefined);
    }

    const x = tf.randomUniform<tf.Rank.R4>([1, size, size, 1], 0, 1, 'float32', 5);
    const images = await Promise.all(
      [single, half].map(async folder => {
        const { generators } = await loadModelPackage(folderReader(folder));
        return (generators.single2.predict(x) as tf.Tensor[])[1].dataSync();
      }),
    );
    const worst = Math.max(...images[0].map((value, i) => Math.abs(value - images[1][i])));
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(1e-3);
  });
});

describe('a generator that is added to a package', () => {
  const entry = { kind: 'single2', title: 'added', output: 'residual', training: {} } as const;
  const network = { modelTopology: {}, weightSpecs: [], weightData: new Uint8Array() };
  const cardOf = async (folder: string): Promise<ModelCard> =>
    parseModelCard(await readFile(path.join(folder, 'model-card.json'), 'utf8'));

  it('is used by default where that is asked for', async () => {
    const folder = await untrainedPackage(['single2']);
    folders.push(folder);
    await addGenerator(folder, 'second', network, entry);
    expect((await cardOf(folder)).defaultGenerator).toBe('single2');
    await addGenerator(folder, 'third', network, entry, { asDefault: true });
    expect((await cardOf(folder)).defaultGenerator).toBe('third');
  });

  it('of a label is used by default for that label alone', async () => {
    const folder = await untrainedPackage(['single2']);
    folders.push(folder);
    const { calibration: _calibration, operatingPoint: _point, ...rest } = await cardOf(folder);
    const classes = ['a', 'b', 'c'].map(name => ({ name, operatingPoint: 0.5 }));
    await writeCard(folder, { ...rest, classes, independent: true });
    await addGenerator(folder, 'b', network, { ...entry, labels: ['b'] }, { asDefault: true });
    await addGenerator(folder, 'c', network, { ...entry, labels: ['c'] });
    const card = await cardOf(folder);
    expect(card.classes.map(({ defaultGenerator }) => defaultGenerator)).toEqual([undefined, 'b', undefined]);
    expect(card.defaultGenerator).toBe('single2');
  });
});

describe('the card of a package that two processes change', () => {
  const entry = { kind: 'single2', title: 'added', output: 'residual', training: {} } as const;
  const network = { modelTopology: {}, weightSpecs: [], weightData: new Uint8Array() };
  const stability = { naive: { transforms: 2, threshold: 0.5, quantile: 0.1, figures: {} } };
  const cardOf = async (folder: string): Promise<ModelCard> =>
    parseModelCard(await readFile(path.join(folder, 'model-card.json'), 'utf8'));

  it('keeps what each of them adds', async () => {
    const folder = await untrainedPackage(['single2']);
    folders.push(folder);
    const measured = await cardOf(folder);
    await Promise.all([
      addGenerator(folder, 'second', network, entry),
      updateCard(folder, async card => ({ ...card, stability }), measured),
      addGenerator(folder, 'third', network, entry),
      updateCard(folder, card => ({ ...card, title: 'renamed' })),
    ]);
    const card = await cardOf(folder);
    expect(Object.keys(card.generators).sort()).toEqual(['second', 'single2', 'third']);
    expect(card).toMatchObject({ stability, title: 'renamed' });
  });

  it('takes no figure of a classifier that is another by now', async () => {
    const folder = await untrainedPackage([]);
    folders.push(folder);
    const measured = await cardOf(folder);
    const files = { ...measured.files, 'classifier/weights.bin': '0'.repeat(64) };
    await writeCard(folder, { ...measured, files });
    const work = updateCard(folder, card => ({ ...card, stability }), measured);
    await expect(work).rejects.toThrow('was replaced while this was measured');
    expect((await cardOf(folder)).stability).toBeUndefined();
  });
});
