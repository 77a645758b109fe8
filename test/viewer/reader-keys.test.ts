import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openReaderKeys } from '../../src/viewer/study/reader-keys';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'reader-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('every reader gets a key, whatever the code, and keeps it when others come', () => {
  const file = path.join(folder, 'keys.json');
  const first = openReaderKeys(file, ['r1']);
  const more = openReaderKeys(file, ['constructor', 'r1']);
  expect(more.get('constructor')).toMatch(/^[a-z0-9-]{19}$/);
  expect(more.get('r1')).toBe(first.get('r1'));
  expect(openReaderKeys(file, ['constructor', 'r1'])).toEqual(more);
  const { readers } = JSON.parse(readFileSync(file, 'utf8')) as { readers: object };
  expect(readers).toEqual(Object.fromEntries(more));
});
