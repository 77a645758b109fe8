import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAtomically } from '../../src/io/write-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'write-file-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a file written atomically', () => {
  it('is one writer’s as a whole, however many write it at once', async () => {
    const file = path.join(folder, 'result.bin');
    const contents = ['a', 'b', 'c'].map(letter => Buffer.alloc(2 ** 22, letter));
    let [whole, other] = [0, 0];
    for (let round = 0; round < 8; round++) {
      const writing = Promise.all(contents.map(content => writeAtomically(file, content)));
      let isOver = false;
      void writing.finally(() => (isOver = true)).catch(() => undefined);
      while (!isOver) {
        const found = await readFile(file).catch(() => undefined);
        if (!found) continue;
        if (contents.some(content => content.equals(found))) whole++;
        else other++;
      }
      await writing;
    }
    expect(other).toBe(0);
    expect(whole).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(['result.bin']);
  });

  it('takes the place of a link, and leaves alone what any link points to', async () => {
    const precious = path.join(folder, 'precious.txt');
    await writeFile(precious, 'precious');
    const file = path.join(folder, 'out', 'result.json');
    await mkdir(path.dirname(file));
    await symlink(precious, file);
    await symlink(precious, `${file}.part`);
    await writeAtomically(file, '{}');
    expect(await readFile(precious, 'utf8')).toBe('precious');
    expect((await lstat(file)).isFile()).toBe(true);
    expect(await readFile(file, 'utf8')).toBe('{}');
  });

  it('clears away what a killed process left an hour ago, and nothing else', async () => {
    const name = (): string => path.join(folder, `.${randomUUID()}.part`);
    const [old, young, own] = [name(), name(), path.join(folder, 'mine.part')];
    const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const file of [old, young, own]) await writeFile(file, 'half');
    for (const file of [old, own]) await utimes(file, hoursAgo, hoursAgo);
    await writeAtomically(path.join(folder, 'result.json'), '{}');
    expect([old, young, own].map(file => existsSync(file))).toEqual([false, true, true]);
  });

  it.each([
    ['file/result.json', 'a file stands where a folder is needed'],
    ['folder', 'a folder has that name'],
    [`${'x'.repeat(300)}.json`, 'the name is too long'],
  ])('that cannot be written is named with the reason: %s', async (name, reason) => {
    await writeFile(path.join(folder, 'file'), 'stays');
    await mkdir(path.join(folder, 'folder'));
    const file = path.join(folder, name);
    await expect(writeAtomically(file, '{}')).rejects.toThrow(`${file} cannot be written: ${reason}`);
    expect((await readdir(folder)).sort()).toEqual(['file', 'folder']);
  });
});
