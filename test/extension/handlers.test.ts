import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wasmHeapBytes } from '../../src/backends/heap';
import { prepareNodeBackend } from '../../src/backends/node';
import { describeStored, sourceAttributes } from '../../src/dicom/results';
import { pickSource } from '../../src/dicom/results/pick-source';
import { explainFilm } from '../../src/explain';
import type { RawImage } from '../../src/extension/host/raw-image';
import { createHandlers } from '../../src/extension/worker/handlers';
import type { ExplainReply } from '../../src/extension/worker/protocol';
import { startEngine, type Engine } from '../../src/extension/store/engine';
import { loadModelPackage } from '../../src/models/package';
import { mapToImage, prepareImage } from '../../src/models/preparation';
import { makePhantom } from '../../src/phantom';
import { folderReader } from '../../src/io/folder-reader';
import { untrainedPackage } from '../cli/untrained-package';
import { LinkedWorker } from '../workers/linked-worker';

/** Of the film: not square, and larger than the networks' input of 64 × 64. */
const [rows, columns] = [96, 80];
const methodId = 'similar-adversarial';
const stored = Uint16Array.from(makePhantom('handlers', { rows, columns }).pixels, value =>
  Math.round(4095 * value),
);
const film = (): RawImage => ({
  pixels: stored.slice(),
  format: {
    rows,
    columns,
    photometric: 'MONOCHROME2',
    bytesPerPixel: 2,
    bitsStored: 12,
    highBit: 11,
    signed: false,
  },
  lut: { slope: 2, intercept: -1000 },
  shutters: [],
});
const attributes = { modality: 'DX', photometric: 'MONOCHROME2', rows, columns };
/** By the modality LUT: 2 · stored − 1000. */
const modalityValues = Float32Array.from(stored, value => 2 * value - 1000);

let folder: string;
let server: Server;
let baseUrl: string;
/** What the networks say on another backend, called as the command calls them. */
let expected: { score: number; scoreAdversarial: number; map: Float32Array; fullMap: Float32Array };

beforeAll(async () => {
  folder = await untrainedPackage();
  server = createServer(({ url = '' }, response) => {
    if (url === '/models/index.json') return void response.end(JSON.stringify(['untrained', 'absent']));
    const file = path.join(folder, url.replace('/models/untrained/', ''));
    const stream = url.startsWith('/models/untrained/') ? createReadStream(file) : undefined;
    if (!stream) return void response.writeHead(404).end();
    stream.on('error', () => response.writeHead(404).end()).pipe(response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  await prepareNodeBackend('wasm');
  const model = await loadModelPackage(folderReader(folder));
  const image = { values: modalityValues, rows, columns, photometric: 'MONOCHROME2' as const };
  const explained = await explainFilm({ image, attributes }, model, { methodId });
  expected = {
    score: explained.decision.score,
    scoreAdversarial: explained.decisionAdversarial?.score ?? NaN,
    map: explained.map,
    fullMap: mapToImage(explained.map, explained.geometry),
  };
  model.dispose();
}, 120_000);

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/** A worker with these handlers, as the page has it: what is sent is cloned or moved. */
function worker(): Engine['call'] {
  const linked = new LinkedWorker(createHandlers());
  const starting = startEngine('explain-worker.js', () => linked.asWorker());
  return async (...call) => (await starting).call(...call);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((worst, value, index) => Math.max(worst, Math.abs(value - b[index])), 0);
}

describe('the handlers of a worker on the cpu backend, from start to DICOM', () => {
  const call = worker();
  let reply: ExplainReply;

  it('explain nothing before a model is loaded', async () => {
    await expect(call('explain', { key: 'a', image: film(), attributes, methodId })).rejects.toMatchObject({
      code: 'no-model',
    });
  });

  it('list the models beside the extension, the unreadable with its reason', async () => {
    const { backend, models, methods } = await call('start', { baseUrl, backend: 'cpu' });
    expect([backend.name, tf.getBackend()]).toEqual(['cpu', 'cpu']);
    expect(models.map(({ id, card }) => [id, card?.version])).toEqual([
      ['untrained', '0.0.1'],
      ['absent', undefined],
    ]);
    expect(models[1].error).toMatch(/model-card\.json/);
    expect(methods.find(({ id }) => id === methodId)?.generators).toContain('single2');
  });

  it('load a model with progress up to all of it, once', async () => {
    const fractions: number[] = [];
    await call('load', { modelId: 'untrained' }, fraction => fractions.push(fraction));
    expect(fractions.length).toBeGreaterThan(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(await call('load', { modelId: 'untrained' })).toEqual({ seconds: 0, keepsModels: false });
    await call('warmUp', { methodId });
  });

  it('explain a film as the same networks do on another backend', async () => {
    reply = await call('explain', { key: 'a', image: film(), attributes, methodId });
    expect(reply.decision.score).toBeCloseTo(expected.score, 4);
    expect(reply.decisionAdversarial?.score).toBeCloseTo(expected.scoreAdversarial, 4);
    expect(reply.mapSize).toEqual({ rows: 64, columns: 64 });
    expect(Math.max(...expected.map)).toBeGreaterThan(1e-3);
    expect(largestDifference(reply.map, expected.map)).toBeLessThan(1e-4);
    expect(reply.range).toEqual({
      lower: Math.min(...modalityValues),
      upper: Math.max(...modalityValues),
    });
    expect(reply.hasAdversarial).toBe(true);
  });

  it('mark the share of the film’s pixels that have the highest values', async () => {
    const { mask, marked, valid } = await call('mask', { key: 'a', percentile: 95 });
    const all = await call('levels', { key: 'a', percentiles: [80, 95, 99] });
    expect(all.levels.map(level => Number(level > 1))).toEqual(mask);
    expect(all.valid).toBe(valid);
    expect([mask.length, valid]).toEqual([rows * columns, rows * columns]);
    expect(marked).toBe(Math.round(0.05 * rows * columns));
    const inside = Array.from(expected.fullMap).filter((_, index) => mask[index]);
    const outside = Array.from(expected.fullMap).filter((_, index) => !mask[index]);
    expect(inside).toHaveLength(marked);
    expect(Math.min(...inside)).toBeGreaterThan(Math.max(...outside) - 1e-4);
  });

  it('give the film’s modality values, and generated ones within their reach', async () => {
    const original = await call('values', { key: 'a', kind: 'original' });
    expect(largestDifference(original.values, modalityValues)).toBe(0);
    const { values } = await call('values', { key: 'a', kind: 'adversarial' });
    expect(largestDifference(values, modalityValues)).toBeGreaterThan(1);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('take the networks’ input alone from a film, in [0, 1]', async () => {
    const { card } = await loadModelPackage(folderReader(folder), { generators: [] });
    const { input } = await call('prepare', { image: film(), spec: card.input });
    const image = { values: modalityValues, rows, columns, photometric: 'MONOCHROME2' as const };
    expect(largestDifference(input, prepareImage(image, card.input).input)).toBe(0);
  });

  it('hold an explanation that they are told again, and know none that was forgotten', async () => {
    const before = await call('mask', { key: 'a', percentile: 95 });
    await call('forget', { key: 'a' });
    await expect(call('mask', { key: 'a', percentile: 95 })).rejects.toMatchObject({ code: 'forgotten' });
    const { card } = await loadModelPackage(folderReader(folder), { generators: [] });
    const explained = { ...reply, map: expected.map, adversarial: undefined };
    await call('hold', { key: 'a', image: film(), explained, spec: card.input });
    const after = await call('mask', { key: 'a', percentile: 95 });
    const differing = after.mask.filter((inside, index) => inside !== before.mask[index]).length;
    // Two backends may rank a few pixels of nearly the same value in another order.
    expect(differing).toBeLessThanOrEqual(2);
    await expect(call('values', { key: 'a', kind: 'adversarial' })).rejects.toMatchObject({
      code: 'not-generated',
    });
  });

  it('make DICOM objects of it, whose stored map marks the same pixels once it is restored', async () => {
    await call('explain', { key: 'b', image: film(), attributes, methodId });
    const { mask } = await call('mask', { key: 'b', percentile: 95 });
    const { objects } = await call('results', {
      key: 'b',
      source: pickSource({
        SOPClassUID: '1.2.840.10008.5.1.4.1.1.1.1',
        SOPInstanceUID: '1.2.3',
        StudyInstanceUID: '1.1',
        SeriesInstanceUID: '1.2',
      }),
      created: new Date(2026, 0, 1),
      software: '0.0.1',
      selection: { kinds: ['seg', 'pm'], percentiles: [95] },
    });
    expect(objects.map(({ kind }) => kind).sort()).toEqual(['pm', 'seg']);
    const file = objects.find(({ kind }) => kind === 'pm')!.bytes;
    const listed = describeStored(sourceAttributes(file))!;
    const { card } = await loadModelPackage(folderReader(folder), { generators: [] });
    const restored = await call('restore', {
      key: 'c',
      image: film(),
      stored: listed,
      file,
      cards: [card],
    });
    expect(restored.mapSize).toEqual({ rows, columns });
    // The classifier is asked once more: what it gives is what was stored.
    expect(restored.verified).toEqual({ card, cautions: [] });
    const again = await call('mask', { key: 'c', percentile: 95 });
    expect(largestDifference(again.mask, mask)).toBe(0);
    // Of a stored explanation the archive has the objects, and nobody the images.
    await expect(call('values', { key: 'c', kind: 'similar' })).rejects.toMatchObject({
      code: 'not-generated',
    });
    const other = { ...film(), pixels: stored.slice(0, 60 * columns) };
    other.format = { ...other.format, rows: 60 };
    await expect(
      call('restore', { key: 'd', image: other, stored: listed, cards: [], file: file.slice() }),
    ).rejects.toMatchObject({ code: 'wrong-size', message: expect.stringContaining('80 × 96 pixels') });
  });
});

describe('the handlers of a worker on the wasm backend', () => {
  it('hold no more after 200 explanations than after 20, whatever was asked of them', async () => {
    const call = worker();
    await call('start', { baseUrl, backend: 'cpu' });
    await tf.setBackend('wasm');
    await call('load', { modelId: 'untrained' });
    const averaged = { count: 2, seed: 0 };
    const explainSome = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const key = `film ${i % 3}`;
        const augment = i % 10 === 9 ? averaged : undefined;
        await call('explain', { key, image: film(), attributes, methodId, augment });
        await call('levels', { key, percentiles: [80, 90] });
        await call('values', { key, kind: 'adversarial' });
        if (i % 20 === 0) await call('grade', { key });
        if (i % 7 === 0) await call('forget', { key });
      }
    };
    const held = (): Record<string, number> => {
      const { numTensors, numBytes } = tf.memory();
      return { numTensors, numBytes, wasmHeap: wasmHeapBytes() };
    };
    await explainSome(20);
    const [before, arraysBefore] = [held(), await arrayBytes()];
    await explainSome(200);
    expect(held()).toEqual(before);
    // A single film of this size, its map and its images take 160 kB.
    expect((await arrayBytes()) - arraysBefore).toBeLessThan(1e6);
  }, 120_000);
});

/**
 * Bytes of all array buffers that are still reachable. Node's own collector is there once it is asked for; it gives buffers back on
 * a thread of its own, so it is asked until their sum no longer falls.
 */
async function arrayBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let last = Infinity; ;) {
    collect();
    await new Promise(resolve => setTimeout(resolve, 100));
    const now = process.memoryUsage().arrayBuffers;
    if (now >= last) return now;
    last = now;
  }
}
