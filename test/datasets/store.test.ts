import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PreparedFilm } from '../../src/datasets/film';
import { PreparedStore } from '../../src/datasets/store';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'prepared-'))));
afterEach(() => rm(folder, { recursive: true }));

const planeBytes = 8;
const filmOf = (value: number): PreparedFilm => ({
  plane: new Uint16Array(4).fill(value),
  rows: 2,
  columns: 2,
  crop: { x: 0, y: 0, width: 2, height: 2 },
  view: '',
});

async function written(films: Record<string, number>): Promise<PreparedStore> {
  const store = new PreparedStore(path.join(folder, 'films'), planeBytes);
  await store.openForWriting();
  for (const [file, value] of Object.entries(films)) await store.add(file, 'stamp', filmOf(value));
  await store.close();
  return store;
}

it('does not write over planes that a running training may read, though their journal is gone', async () => {
  const { planes } = await written({ a: 1, b: 2 });
  const reader = await open(planes, 'r');
  try {
    await rm(path.join(folder, 'films.jsonl'));
    const again = await written({ b: 3, a: 4 });
    const bytes = Buffer.alloc(4 * planeBytes);
    await reader.read(bytes, 0, bytes.length, 0);
    expect([0, 1, 2, 3].map(slot => bytes.readUInt16LE(slot * planeBytes))).toEqual([1, 2, 3, 4]);
    expect([again.find('b', 'stamp')?.slot, again.find('a', 'stamp')?.slot]).toEqual([2, 3]);
  } finally {
    await reader.close();
  }
});

it('goes on after what is there', async () => {
  await written({ a: 1 });
  const store = await written({ b: 2 });
  expect([store.find('a', 'stamp')?.slot, store.find('b', 'stamp')?.slot]).toEqual([0, 1]);
});
