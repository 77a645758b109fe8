import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openReaderKeys } from '../../src/viewer/study/reader-keys';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'reader-keys-'));
  file = path.join(folder, 'keys.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const kept = (): object => (JSON.parse(readFileSync(file, 'utf8')) as { readers: object }).readers;

it('every reader gets a key, whatever the code, and keeps it when others come', async () => {
  const first = await openReaderKeys(file, ['r1']);
  const more = await openReaderKeys(file, ['constructor', 'r1']);
  expect(more.get('constructor')).toMatch(/^[a-z0-9-]{19}$/);
  expect(more.get('r1')).toBe(first.get('r1'));
  expect(await openReaderKeys(file, ['constructor', 'r1'])).toEqual(more);
  expect(kept()).toEqual(Object.fromEntries(more));
});

it('servers that begin at once hand out the same keys', async () => {
  const readers = ['r1', 'r2'];
  const given = await Promise.all(Array.from({ length: 5 }, () => openReaderKeys(file, readers)));
  for (const keys of given) expect(Object.fromEntries(keys)).toEqual(kept());
  expect(readdirSync(folder)).toEqual(['keys.json']);
});

it.skipIf(process.platform === 'win32')(
  'keys are nobody else’s, and go through no file of another’s',
  async () => {
    const victim = path.join(folder, 'victim');
    writeFileSync(victim, 'precious');
    const guessed = `${file}.${process.pid}.part`;
    symlinkSync(victim, guessed);
    await openReaderKeys(file, ['r1']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    unlinkSync(guessed);
  },
);
