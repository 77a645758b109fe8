import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mapRecord } from '../../src/evaluation/measure/map-record';
import { MapCache, pixelHash } from '../../src/evaluation/measure/map-cache';
import { sayOfUnusable } from '../../src/evaluation/measure/run-plan';

const size = 64;
const pixels = size * size;
const truth = new Uint8Array(pixels);
for (let y = 10; y < 30; y++) truth.fill(1, y * size + 4, y * size + 24);
const other = new Uint8Array(pixels);
for (let y = 30; y < 50; y++) other.fill(1, y * size + 40, y * size + 60);
const both = Uint8Array.from(truth, (value, i) => value | other[i]);

describe('mapRecord', () => {
  it('scores a perfect map against its truth, and against the others', () => {
    const record = mapRecord({ map: Float32Array.from(truth), size, seconds: 1.5 }, truth, [other, other], 0);
    expect(record.failure).toBeUndefined();
    expect(record.right.values).toMatchObject({ iouOwnArea: 1, auprc: 1, pointing: 1, mass: 1 });
    expect(record.control?.values).toMatchObject({ iouOwnArea: 0, pointing: 0, mass: 0 });
    expect(record.side).toEqual({ right: 1, control: 0 });
    expect(record.seconds).toBe(1.5);
  });

  it('takes a constant map and one with NaN for failures, never for luck', () => {
    const nan = Float32Array.from(truth);
    nan[5] = Number.NaN;
    for (const [map, reason] of [
      [new Float32Array(pixels).fill(0.3), 'constant'],
      [nan, 'not finite'],
    ] as const) {
      const { failure, right, control, side } = mapRecord({ map, size }, truth, [other], 0);
      expect(failure).toBe(reason);
      for (const figures of [right, control]) {
        expect(Object.values(figures?.values ?? { missing: 1 }).every(value => value === 0)).toBe(true);
        expect(
          [...(figures?.precision ?? [1]), ...(figures?.sensitivity ?? [1])].every(value => value === 0),
        ).toBe(true);
      }
      expect(side?.right).toBe(0);
    }
  });

  it('has no control without other truths, and no side where the truth reaches both', () => {
    const record = mapRecord({ map: Float32Array.from(truth), size }, truth, [], 0);
    expect(record.control).toBeUndefined();
    expect(record.side).toEqual({ right: 1 });
    expect(mapRecord({ map: Float32Array.from(truth), size }, both, [truth], 0).side).toBeUndefined();
  });
});

describe('the valid area of an image', () => {
  // 64 × 64 of which the lower half is padding: 2048 pixels count, and the truth's 400 are 19.5 % of them.
  const valid = Uint8Array.from({ length: pixels }, (_, i) => (i < pixels / 2 ? 1 : 0));
  const map = Float32Array.from({ length: pixels }, (_, i) => (valid[i] ? truth[i] : 5));

  it('is what a map is ranked in: values in padding neither count nor push others out', () => {
    const { right, constantShare } = mapRecord({ map, size, valid }, truth, [], 0);
    expect(right.values).toMatchObject({ iouOwnArea: 1, auprc: 1, pointing: 1, mass: 1 });
    // At percentile 90 the 205 largest of 2048 pixels are selected, all of them truth: 205 of 400.
    expect(right.values.iou90).toBeCloseTo(205 / 400, 12);
    expect(constantShare).toBeCloseTo(1648 / 2048, 12);
  });

  it('without it padding wins', () => {
    expect(mapRecord({ map, size }, truth, [], 0).right.values).toMatchObject({ pointing: 0, iou90: 0 });
  });
});

describe('MapCache', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'maps-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives back the same bits, NaN included, and nothing of a file that was cut off', async () => {
    const cache = new MapCache(folder);
    const map = Float32Array.of(0, 1e-40, Number.NaN, 3.25);
    await cache.write('source', 'image', { map, seconds: 1 / 3 });
    expect(await cache.read('source', 'image', 4)).toEqual({ map, seconds: 1 / 3 });
    expect(await cache.read('source', 'other', 4)).toBeUndefined();
    expect(await cache.read('source', 'image', 5)).toBe('unusable');
    await truncate(path.join(folder, 'source', 'image.map'), 15);
    expect(await cache.read('source', 'image', 4)).toBe('unusable');
  });

  it('uses nothing that was changed, has no checksum, or says an impossible time', async () => {
    const cache = new MapCache(folder);
    const file = path.join(folder, 'source', 'other.map');
    const map = Float32Array.of(1, 2, 3, 4);
    await cache.write('source', 'other', { map, seconds: 1 });
    const whole = await readFile(file);
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] ^= 1;
      await writeFile(file, changed);
      expect(await cache.read('source', 'other', 4), `byte ${at}`).toBe('unusable');
    }
    await writeFile(file, whole.subarray(0, -4));
    expect(await cache.read('source', 'other', 4)).toBe('unusable');
    for (const seconds of [-5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await cache.write('source', 'other', { map, seconds });
      expect(await cache.read('source', 'other', 4), String(seconds)).toBe('unusable');
    }
  });

  it('that could not be used is told of once', () => {
    const said: string[] = [];
    const note = sayOfUnusable({ line: text => said.push(text) });
    (['cache', 'computed', 'computed anew', 'computed anew'] as const).forEach(note);
    expect(said).toEqual([expect.stringMatching(/computed anew/)]);
  });

  it('names an image by its pixels', () => {
    const stored = Uint16Array.of(9, 1, 2, 3, 1, 2, 3);
    expect(pixelHash(stored.subarray(1, 4))).toBe(pixelHash(stored.subarray(4, 7)));
    expect(pixelHash(stored.subarray(0, 3))).not.toBe(pixelHash(stored.subarray(1, 4)));
  });
});
