import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { RecordStore } from '../../src/evaluation/measure/record-store';
import { readTextIfThere } from '../../src/io/read-if-there';

const folder = mkdtempSync(path.join(tmpdir(), 'read-if-there-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('reads a file that is there, and says of one that is not that it is not', async () => {
  const file = path.join(folder, 'a.txt');
  writeFileSync(file, 'text');
  expect(await readTextIfThere(file)).toBe('text');
  expect(await readTextIfThere(path.join(folder, 'none'))).toBeUndefined();
  expect(await readTextIfThere(path.join(file, 'below-a-file'))).toBeUndefined();
});

it('does not take one that cannot be read for an absent one: finished work is kept', async () => {
  // A folder in its place cannot be read by anybody, root included.
  mkdirSync(path.join(folder, 'cases.jsonl'));
  await expect(readTextIfThere(path.join(folder, 'cases.jsonl'))).rejects.toThrow(
    /cases\.jsonl cannot be read: .*EISDIR/,
  );
  await expect(RecordStore.open(folder, { key: 'a' })).rejects.toThrow(/cases\.jsonl cannot be read/);
});
