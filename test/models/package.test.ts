import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import type { ModelCard } from '../../src/models/card';
import { sha256Hex } from '../../src/models/hash';
import { buildGenerator } from '../../src/models/networks/generator';
import { buildResNet } from '../../src/models/networks/resnet';
import { loadModelPackage, readModelCard, type FileStore, type PackageReader } from '../../src/models/package';
import { ModelPackageError } from '../../src/models/card';
import { exportNetwork } from '../../src/training/export-network';
import { exampleCard } from './card-fixture';

type Files = Map<string, Uint8Array>;

const size = 32;
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** The files of a whole package; weights of the classifier in three shards. */
let whole: Files;
let card: ModelCard;

beforeAll(async () => {
  await prepareNodeBackend('cpu');
  whole = new Map();
  const classifier = buildResNet({ depth: 18, width: 4, size, channels: 1, head: 'features', seed: 1 });
  await addNetwork('classifier', classifier.model, 3);
  const options = { size, channels: 1, width: 4, levels: 3, inputPooling: 1, outputLevel: 1, seed: 2 } as const;
  for (const kind of ['single2', 'naive'] as const) {
    const { model } = buildGenerator({ ...options, kind, output: 'residual', residualBound: 0.35 });
    await addNetwork(`generators/${kind}`, model, 1);
  }
  const entry = (kind: 'single2' | 'naive'): ModelCard['generators'][string] => ({
    kind,
    path: `generators/${kind}/model.json`,
    title: kind,
    output: 'residual',
    training: {},
  });
  card = exampleCard({
    generators: { single2: entry('single2'), naive: entry('naive') },
    defaultGenerator: 'single2',
    files: Object.fromEntries([...whole].map(([path, bytes]) => [path, sha256Hex(bytes)])),
  });
});

afterEach(() => tf.disposeVariables());

async function addNetwork(folder: string, model: tf.LayersModel, shards: number): Promise<void> {
  const { modelTopology, weightSpecs, weightData } = await exportNetwork(model);
  const step = Math.ceil(weightData.length / shards / 4) * 4;
  const paths = Array.from({ length: shards }, (_, k) => `group1-shard${k + 1}of${shards}.bin`);
  paths.forEach((path, k) => whole.set(`${folder}/${path}`, weightData.slice(k * step, (k + 1) * step)));
  whole.set(
    `${folder}/model.json`,
    text({ modelTopology, weightsManifest: [{ paths, weights: weightSpecs }] }),
  );
}

function reader(files: Files, ofCard: ModelCard = card): PackageReader {
  return async (path, onChunk) => {
    const bytes = path === 'model-card.json' ? text(ofCard) : files.get(path);
    if (!bytes) throw new ModelPackageError('missing', `${path} is missing`);
    const half = bytes.length >> 1;
    onChunk?.(bytes.subarray(0, half));
    onChunk?.(bytes.subarray(half));
    return bytes;
  };
}

/** A card whose hashes fit the given files. */
function rehashed(files: Files): ModelCard {
  return { ...card, files: Object.fromEntries([...files].map(([path, b]) => [path, sha256Hex(b)])) };
}

/** The package with another value in the first weight of a network whose name ends as said. */
function withWeight(folder: string, ending: string, value: number): Files {
  const files = new Map(whole);
  const { weightsManifest } = JSON.parse(new TextDecoder().decode(files.get(`${folder}/model.json`))) as {
    weightsManifest: { paths: string[]; weights: { name: string; shape: number[] }[] }[];
  };
  const [{ paths, weights }] = weightsManifest;
  let offset = 0;
  for (const { name, shape } of weights) {
    if (name.endsWith(ending)) break;
    offset += 4 * shape.reduce((a, b) => a * b, 1);
  }
  for (const path of paths) {
    const bytes = files.get(`${folder}/${path}`)!.slice();
    if (offset >= 0 && offset < bytes.length) new DataView(bytes.buffer).setFloat32(offset, value, true);
    offset -= bytes.length;
    files.set(`${folder}/${path}`, bytes);
  }
  return files;
}

async function refusal(read: PackageReader, options = {}): Promise<ModelPackageError> {
  const tensors = tf.memory().numTensors;
  const error = await loadModelPackage(read, options).then(
    () => new Error('the package was accepted'),
    (e: Error) => e,
  );
  expect(error).toBeInstanceOf(ModelPackageError);
  expect(tf.memory().numTensors, 'nothing of a refused package stays in memory').toBe(tensors);
  return error as ModelPackageError;
}

describe('loadModelPackage', () => {
  it('loads the classifier and the default generator, in their inference form', async () => {
    const progress: number[] = [];
    const loaded = await loadModelPackage(reader(whole), { onProgress: part => progress.push(part) });
    expect(Object.keys(loaded.generators)).toEqual(['single2']);
    const x = tf.fill([1, size, size, 1], 0.5) as tf.Tensor4D;
    expect((loaded.classifier.predict(x) as tf.Tensor).shape).toEqual([1, 1]);
    expect(loaded.generators.single2?.predict(x)).toHaveLength(2);
    const norms = loaded.generators.single2?.layers.filter(l => l.getClassName() === 'BatchNormalization');
    expect(norms).toHaveLength(0);
    expect(progress.length).toBeGreaterThan(3);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress[progress.length - 1]).toBe(1);
  });

  it('keeps the training form on request: same logit', async () => {
    const loaded = await Promise.all(
      [true, false].map(fold => loadModelPackage(reader(whole), { fold, generators: [] })),
    );
    const x = tf.randomUniform([1, size, size, 1], 0, 1, 'float32', 3);
    const logits = loaded.map(({ classifier }) => (classifier.predict(x) as tf.Tensor).dataSync()[0]);
    expect(logits[1]).toBeCloseTo(logits[0], 4);
    expect(loaded[1].classifier.layers.length).toBeGreaterThan(loaded[0].classifier.layers.length);
  });

  it('loads the generators that are asked for, or none', async () => {
    const naive = await loadModelPackage(reader(whole), { generators: ['naive'] });
    expect(Object.keys(naive.generators)).toEqual(['naive']);
    const read: string[] = [];
    await loadModelPackage(
      async path => {
        read.push(path);
        return reader(whole)(path);
      },
      { generators: [] },
    );
    expect(read.some(path => path.startsWith('generators/'))).toBe(false);
  });

  it('reads a file of another hash once more past the caches, and no oftener', async () => {
    const path = 'classifier/group1-shard2of3.bin';
    const stale = (whole.get(path) as Uint8Array).slice();
    stale[0] ^= 1;
    const asked: boolean[] = [];
    const cached = (mended: boolean): PackageReader => async (file, onChunk, fresh = false) => {
      if (file !== path) return reader(whole)(file, onChunk);
      asked.push(fresh);
      return fresh && mended ? (whole.get(path) as Uint8Array) : stale;
    };
    const loaded = await loadModelPackage(cached(true), { generators: [] });
    expect(asked).toEqual([false, true]);
    loaded.dispose();
    expect((await refusal(cached(false))).code).toBe('hash');
    expect(asked).toEqual([false, true, false, true]);
  });

  it('asks for all files at once', async () => {
    const asked: string[] = [];
    let release: () => void = () => undefined;
    const open = new Promise<void>(resolve => (release = resolve));
    const slow: PackageReader = async (path, onChunk) => {
      asked.push(path);
      if (path.endsWith('.bin')) await open;
      return reader(whole)(path, onChunk);
    };
    const loading = loadModelPackage(slow);
    await expect.poll(() => asked.filter(path => path.endsWith('.bin')).length).toBe(4);
    release();
    (await loading).dispose();
  });

  it('takes kept files by their hash instead of reading them, and keeps what it read', async () => {
    const kept = new Map<string, Uint8Array>();
    const store: FileStore = {
      find: async sha256 => kept.get(sha256),
      keep: async (sha256, bytes) => void kept.set(sha256, bytes),
    };
    (await loadModelPackage(reader(whole), { store })).dispose();
    expect([...kept]).not.toHaveLength(0);
    for (const [sha256, bytes] of kept) expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);

    const asked: string[] = [];
    const noting: PackageReader = (path, ...rest) => {
      asked.push(path);
      return reader(whole)(path, ...rest);
    };
    (await loadModelPackage(noting, { store })).dispose();
    expect(asked).toEqual(['model-card.json']);

    // What is kept wrongly is read again.
    const path = 'classifier/group1-shard2of3.bin';
    kept.set(card.files[path], Uint8Array.of(1, 2, 3));
    (await loadModelPackage(noting, { store, card })).dispose();
    expect(asked).toEqual(['model-card.json', path]);
  });

  it('gives its memory back', async () => {
    const before = tf.memory().numTensors;
    const loaded = await loadModelPackage(reader(whole));
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    loaded.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each<[string, string, number, RegExp]>([
    ['classifier', 'kernel', NaN, /classifier\/model\.json: The weight ".*kernel" holds NaN/],
    ['classifier', 'kernel', Infinity, /The weight ".*kernel" holds Infinity/],
    ['classifier', 'moving_variance', -1, /The weight ".*moving_variance" holds the negative variance -1/],
    ['generators/single2', 'kernel', NaN, /generators\/single2\/model\.json: The weight ".*kernel" holds NaN/],
  ])('refuses a %s with a %s of %s, though its hash fits', async (folder, name, value, message) => {
    const files = withWeight(folder, name, value);
    // ReLU and clipping of wasm would turn NaN into 0, and give a number like any other.
    for (const fold of [true, false]) {
      const error = await refusal(reader(files, rehashed(files)), { fold });
      expect(error.code).toBe('format');
      expect(error.message).toMatch(message);
    }
  });

  it.each(['classifier/model.json', 'classifier/group1-shard2of3.bin'])(
    'refuses a changed byte in %s',
    async path => {
      const changed = (whole.get(path) as Uint8Array).slice();
      changed[changed.length >> 1] ^= 1;
      const error = await refusal(reader(new Map(whole).set(path, changed)));
      expect(error.code).toBe('hash');
      expect(error.message).toContain(path);
    },
  );

  it('refuses a damaged generator and gives back the classifier', async () => {
    const path = 'generators/single2/group1-shard1of1.bin';
    const error = await refusal(reader(new Map(whole).set(path, new Uint8Array(10))));
    expect(error.code).toBe('hash');
    expect(error.message).toContain(path);
  });

  it('refuses a missing shard', async () => {
    const files = new Map(whole);
    files.delete('classifier/group1-shard3of3.bin');
    const error = await refusal(reader(files));
    expect(error.code).toBe('missing');
    expect(error.message).toContain('group1-shard3of3.bin');
  });

  it('refuses a truncated shard, by its hash or, where the card was made of it, by its length', async () => {
    const path = 'classifier/group1-shard3of3.bin';
    const files = new Map(whole).set(path, (whole.get(path) as Uint8Array).slice(0, -8));
    expect((await refusal(reader(files))).code).toBe('hash');
    const error = await refusal(reader(files, rehashed(files)));
    expect(error.code).toBe('format');
    expect(error.message).toMatch(/asks for \d+ bytes of weights, its shards hold \d+/);
  });

  it('refuses a file that the card does not name', async () => {
    const files = new Map(whole);
    files.delete('classifier/group1-shard1of3.bin');
    const error = await refusal(reader(whole, rehashed(files)));
    expect(error.code).toBe('hash');
    expect(error.message).toMatch(/names no SHA-256 for classifier\/group1-shard1of3.bin/);
  });

  it.each(['../../../etc/passwd', 'constructor', '__proto__'])(
    'never reads %s, whatever model.json says',
    async shard => {
      const json = JSON.parse(new TextDecoder().decode(whole.get('classifier/model.json')));
      json.weightsManifest[0].paths = [shard];
      const files = new Map(whole).set('classifier/model.json', text(json));
      const asked: string[] = [];
      const error = await refusal(async path => {
        asked.push(path);
        return reader(files, rehashed(files))(path);
      });
      expect(error.code).toBe('hash');
      const ofClassifier = asked.filter(asked => !asked.startsWith('generators/'));
      expect(ofClassifier).toEqual(['model-card.json', 'classifier/model.json']);
    },
  );

  it('does not take an inherited property for a hash', async () => {
    const strange = { ...card, classifier: { ...card.classifier, path: 'constructor' } };
    expect((await refusal(reader(whole, strange))).code).toBe('hash');
  });

  it.each<[string, unknown]>([
    ['a page', '<!doctype html>'],
    ['another JSON', { hello: 'world' }],
    ['no weights', { modelTopology: {}, weightsManifest: {} }],
    ['a group without files', { modelTopology: {}, weightsManifest: [{}] }],
    ['an empty topology', { modelTopology: {}, weightsManifest: [] }],
    ['null', null],
  ])('refuses a model.json that is %s', async (_, content) => {
    const files = new Map(whole).set('classifier/model.json', text(content));
    const error = await refusal(reader(files, rehashed(files)));
    expect(error.code).toBe('format');
    expect(error.message).toContain('classifier/model.json');
  });

  it.each(['duo', 'constructor'])('refuses the generator %s that the package lacks, naming those it has', async id => {
    const error = await refusal(reader(whole), { generators: [id] });
    expect(error.code).toBe('missing');
    expect(error.message).toContain(`no generator "${id}" (present: single2, naive)`);
  });

  it('refuses a network of another input size than the card says', async () => {
    const other = { ...card, input: { ...card.input, size: 64 } };
    const error = await refusal(reader(whole, other));
    expect(error.code).toBe('format');
    expect(error.message).toMatch(/64 × 64 × 1/);
  });

  it('refuses a feature layer that the classifier lacks', async () => {
    const other = { ...card, classifier: { ...card.classifier, featureLayer: 'conv5_out' } };
    const error = await refusal(reader(whole, other));
    expect(error.code).toBe('format');
    expect(error.message).toContain('conv5_out');
  });

  it('refuses a bad card before anything else is read', async () => {
    const error = await refusal(async path => {
      expect(path).toBe('model-card.json');
      return text({ ...card, operatingPoint: 2 });
    });
    expect(error.code).toBe('schema');
    expect(error.message).toContain('operatingPoint');
  });
});

describe('readModelCard', () => {
  it('reads the card alone', async () => {
    expect((await readModelCard(reader(new Map()))).id).toBe('example');
  });
});

describe('sha256Hex', () => {
  it('agrees with the published test vectors (FIPS 180-2)', () => {
    const bytes = (s: string): Uint8Array => new TextEncoder().encode(s);
    expect(sha256Hex(bytes('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex(bytes(''))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});
