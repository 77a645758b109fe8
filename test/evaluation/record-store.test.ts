import type * as Files from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CaseRecord } from '../../src/evaluation/records';
import { RecordStore } from '../../src/evaluation/measure/record-store';

let full = false;

vi.mock('node:fs', async original => {
  const real = await original<typeof Files>();
  const appendFileSync: typeof real.appendFileSync = (...given) => {
    if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    real.appendFileSync(...given);
  };
  return { ...real, appendFileSync };
});

let folder: string;
let file: string;
beforeEach(async () => {
  full = false;
  folder = await mkdtemp(path.join(tmpdir(), 'records-'));
  file = path.join(folder, 'cases.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const identity = { key: 'k', content: 'c' };
const right = { values: { iou90: 0.5 }, precision: [0.5], sensitivity: [1] };
const record = (id: string): CaseRecord => ({
  id,
  patient: id,
  label: 1,
  view: '',
  collection: '',
  sex: '',
  reader: '',
  score: 0.75,
  logit: 1,
  classifierSeconds: 0.5,
  generators: {},
  maps: { gradient: { constantShare: 0, right, thumbnail: '' } },
});

describe('finished images on disk', () => {
  beforeEach(async () => {
    const store = await RecordStore.open(folder, identity);
    ['a', 'b', 'c'].forEach(id => store.add(record(id)));
  });

  it('are read back; a last line that was cut is measured again', async () => {
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, -20));
    const { records } = await RecordStore.open(folder, identity);
    expect([...records.values()]).toEqual([record('a'), record('b')]);
  });

  it.each<[string, (line: string) => string, RegExp]>([
    ['without maps', line => line.replace(/"maps":.*/, '"maps":null}'), /line 3: .*\(maps: /],
    [
      'of a map without figures',
      line => line.replace('"right"', '"left"'),
      /line 3: .*maps\.gradient\.right/,
    ],
    ['with a text for a number', line => line.replace('0.75', '"0.75"'), /line 3: .*score/],
    ['that is a number', () => '5', /line 3: /],
    ['that is no JSON', line => line.slice(5), /line 3: /],
  ])('are refused by file and line where one is damaged: one %s', async (_what, damage, reason) => {
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, lines.map((line, i) => (i === 2 ? damage(line) : line)).join('\n'));
    const before = await readFile(file, 'utf8');
    await expect(RecordStore.open(folder, identity)).rejects.toThrow(reason);
    await expect(RecordStore.open(folder, identity)).rejects.toThrow(`${file}, line 3`);
    await expect(RecordStore.open(folder, identity)).rejects.toThrow(/Delete that line .* or give --rescore/);
    expect(await readFile(file, 'utf8')).toBe(before);
    expect((await RecordStore.open(folder, identity, true)).records.size).toBe(0);
  });

  it('say which file has no room on a full disk, and keep in memory what is on disk alone', async () => {
    const store = await RecordStore.open(folder, identity);
    full = true;
    expect(() => store.add(record('d'))).toThrow(`${file} cannot be written: the disk is full (ENOSPC).`);
    expect(store.records.has('d')).toBe(false);
  });
});
