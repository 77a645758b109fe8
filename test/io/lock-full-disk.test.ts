import type * as Files from 'node:fs/promises';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { withLock } from '../../src/io/lock';

let full = false;

// A disk that is full while work is done: no file can be made there, those that are there can be removed.
vi.mock('node:fs/promises', async original => {
  const real = await original<typeof Files>();
  const open: typeof real.open = async (file, ...more) => {
    if (full) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    return real.open(file, ...more);
  };
  return { ...real, open };
});

it('a full disk keeps no lock: who waits goes on when there is room again', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'explain-lock-full-'));
  const file = path.join(folder, 'work.lock');
  const work = async (): Promise<void> => {
    full = true;
    throw new Error('ENOSPC');
  };
  await expect(withLock(file, () => undefined, work)).rejects.toThrow('ENOSPC');
  full = false;
  expect(await readdir(folder)).toEqual([]);
  const refuse = (): never => {
    throw new Error('still held');
  };
  expect(await withLock(file, refuse, async () => 'done')).toBe('done');
  await rm(folder, { recursive: true });
});
