import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerFitOod } from '../../src/cli/fit-ood';
import { registerHalve } from '../../src/cli/halve';
import { registerTrainClassifier } from '../../src/cli/train-classifier';
import type * as FitOutliers from '../../src/evaluation/fit-outliers';
import { folderReader } from '../../src/io/folder-reader';
import type * as WriteFile from '../../src/io/write-file';
import { decodeDistribution } from '../../src/models/distribution';
import { loadModelPackage, readModelCard, type ModelPackage } from '../../src/models/package';
import { exportNetwork } from '../../src/training/export-network';
import type * as Runs from '../../src/cli/run-training';
import { addGenerator, readCard, weightsHash } from '../../src/training/write-package';
import { untrainedPackage } from '../cli/untrained-package';

/** The package at each moment at which whoever writes it may be killed: before and after every file that is written. */
const moments: string[] = [];
let watched = '';
const stub = vi.hoisted(() => ({ fit: undefined as unknown, training: undefined as unknown }));

vi.mock('../../src/io/write-file', async original => {
  const real = await original<typeof WriteFile>();
  const keep = async (): Promise<void> => {
    if (watched === '') return;
    const copy = `${watched}-${moments.length}`;
    // A lock belongs to its process, which is alive here; one of a killed process is taken over (test/io/lock.test.ts).
    await cp(watched, copy, { recursive: true, filter: file => !file.endsWith('.lock') });
    moments.push(copy);
  };
  const writeAtomically: typeof real.writeAtomically = async (...given) => {
    await keep();
    await real.writeAtomically(...given);
    await keep();
  };
  return { ...real, writeAtomically };
});
vi.mock('../../src/evaluation/fit-outliers', async original => ({
  ...(await original<typeof FitOutliers>()),
  fitOutliers: () => Promise.resolve(stub.fit),
}));
vi.mock('../../src/cli/run-training', async original => ({
  ...(await original<typeof Runs>()),
  openTrainingData: () =>
    Promise.resolve({
      description: 'none',
      counts: {},
      splitManifest: 'image,split\nb,train\n',
      truth: { labels: [0, 1, 0, 1] },
    }),
  runTraining: () => Promise.resolve(stub.training),
}));

const folders: string[] = [];
beforeEach(() => {
  for (const stream of [process.stderr, process.stdout]) vi.spyOn(stream, 'write').mockReturnValue(true);
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => Promise.all(folders.map(folder => rm(folder, { recursive: true, force: true }))));

const opened = async (folder: string): Promise<ModelPackage> => {
  const read = folderReader(folder);
  const card = await readModelCard(read);
  return loadModelPackage(read, { card, generators: Object.keys(card.generators) });
};

/** SHA-256 of the files that the card of a package names, all of which are read and compared with it. */
const content = async (folder: string): Promise<string> => {
  const model = await opened(folder);
  const { splitManifest } = model.card.trainingData;
  const split = splitManifest && (await readFile(path.join(folder, splitManifest.path), 'utf8'));
  model.dispose();
  return JSON.stringify([model.card.files, split]);
};

/** Does the work, and opens the package as it was at every moment of it. */
const atEveryMoment = async (folder: string, work: () => Promise<unknown>): Promise<void> => {
  const before = await content(folder);
  moments.length = 0;
  watched = folder;
  await work();
  watched = '';
  const killed = [...moments];
  folders.push(...killed);
  const after = await content(folder);
  expect(after).not.toBe(before);
  expect(killed.length).toBeGreaterThanOrEqual(4);
  const found = await Promise.all(killed.map(content));
  expect(found.every(one => one === before || one === after)).toBe(true);
  expect([found[0], found.at(-1)]).toEqual([before, after]);
  // Nothing is left of the old one, and a run after a killed one leaves nothing either.
  const card = await readCard(folder);
  const { splitManifest } = card.trainingData;
  const named = [
    ...Object.keys(card.files),
    ...(splitManifest ? [splitManifest.path] : []),
    'model-card.json',
  ];
  expect(await filesIn(folder)).toEqual(named.sort());
};

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => entry.isFile() && entry.name !== 'about.json')
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
};

const run = (register: (program: Command) => void, args: string[]): Promise<Command> => {
  const program = new Command().exitOverride();
  register(program);
  return program.parseAsync(args, { from: 'user' });
};

describe('a package whose writing is ended at any moment', () => {
  it('is the old one or the new one, halved, and a second halving ends what the first began', async () => {
    const folder = await untrainedPackage(['single2']);
    folders.push(folder);
    const halve = (of: string): Promise<unknown> => run(registerHalve, ['halve', '--model', of]);
    await atEveryMoment(folder, () => halve(folder));
    const whole = await opened(folder);
    const kernels = (model: ModelPackage): number[] =>
      [...model.classifier.getWeights(), ...model.generators.single2.getWeights()].flatMap(w => [
        ...w.dataSync(),
      ]);
    for (const killed of [...moments]) {
      await halve(killed);
      const again = await opened(killed);
      expect(kernels(again)).toEqual(kernels(whole));
      again.dispose();
    }
    whole.dispose();
  });

  it('is the old one or the new one with another generator of that name', async () => {
    const folder = await untrainedPackage(['single2']);
    folders.push(folder);
    const model = await opened(folder);
    const entry = { kind: 'single2', title: 'again', output: 'residual', training: {} } as const;
    const network = await exportNetwork(model.generators.single2);
    const weightData = Buffer.alloc(network.weightData.length);
    model.dispose();
    const old = await weightsHash(folder, { generator: 'single2' });
    await atEveryMoment(folder, () => addGenerator(folder, 'single2', { ...network, weightData }, entry));
    expect(await weightsHash(folder, { generator: 'single2' })).not.toBe(old);
  });

  it('is the old one or the new one with another fit of its training images', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'fit-'));
    folders.push(folder);
    await cp('models/phantom', folder, { recursive: true });
    const card = await readCard(folder);
    const { path: file, components, layers, threshold } = card.outOfDistribution!;
    const distribution = decodeDistribution(await readFile(path.join(folder, file)), components);
    distribution.mean[0] += 1;
    stub.fit = { card, distribution, layers, threshold, limit: 9, fittedTo: 1, figures: {} };
    const fit = ['fit-ood', '--model', folder, '--data', 'phantom', '--components', String(components)];
    await atEveryMoment(folder, () => run(registerFitOod, fit));
  });

  it('is the old one or the new one with a classifier that was trained anew', async () => {
    const folder = await untrainedPackage([]);
    const about = path.join(folder, 'about.json');
    folders.push(folder);
    await cp('models/phantom/about.json', about);
    const model = await opened(folder);
    const network = await exportNetwork(model.classifier);
    model.dispose();
    const train = ['classifier', '--out', folder, '--about', about, '--data', 'phantom', '--size', '64'];
    for (const shift of [0, 1]) {
      const weightData = network.weightData.map((byte, i) => (i === 0 ? byte + shift : byte));
      stub.training = {
        team: {
          state: { average: { set: () => {} } },
          validate: () =>
            Promise.resolve([
              [0, -1],
              [1, 1],
              [2, 0.5],
              [3, 0.2],
            ]),
          export: () => Promise.resolve({ ...network, weightData }),
          stop: () => Promise.resolve(),
        },
        history: [{}],
        keptEpoch: 1,
        weights: [],
      };
      // A retraining with the same weights may leave all but the names as it was.
      if (shift === 0) await run(registerTrainClassifier, train);
      else await atEveryMoment(folder, () => run(registerTrainClassifier, train));
    }
  });
});
