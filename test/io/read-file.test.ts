import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRegularFile, regularFileSize } from '../../src/io/read-file';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'read-file-'));
  await writeFile(path.join(folder, 'file'), 'hello');
  await writeFile(path.join(folder, 'empty'), '');
  await symlink('file', path.join(folder, 'link'));
  await symlink('/dev/zero', path.join(folder, 'endless'));
  await mkdir(path.join(folder, 'folder'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a file that is read', () => {
  it('comes whole, also through a link', async () => {
    const names = ['file', 'link', 'empty'].map(name => path.join(folder, name));
    const texts = await Promise.all(names.map(async name => (await readRegularFile(name)).toString()));
    expect(texts).toEqual(['hello', 'hello', '']);
    expect(await regularFileSize(names[0])).toBe(5);
  });

  it('of another size than stated is refused', async () => {
    const file = path.join(folder, 'file');
    expect((await readRegularFile(file, 5)).toString()).toBe('hello');
    await expect(readRegularFile(file, 6)).rejects.toThrow(`${file} has 5 bytes; it must have 6.`);
  });

  it('is no device and no folder', async () => {
    const [device, directory] = [path.join(folder, 'endless'), path.join(folder, 'folder')];
    await expect(readRegularFile(device)).rejects.toThrow(`${device} is a device or a pipe, not a file.`);
    await expect(readRegularFile(directory)).rejects.toThrow(`${directory} is a folder, not a file.`);
    await expect(regularFileSize(device)).rejects.toThrow('no regular file');
  });

  it.skipIf(process.platform === 'win32')('is no pipe, which would be waited for', async () => {
    const pipe = path.join(folder, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    await expect(readRegularFile(pipe)).rejects.toThrow('is a device or a pipe');
    await expect(regularFileSize(pipe)).rejects.toThrow('no regular file');
  });

  it('that is not there keeps its code', async () => {
    await expect(readRegularFile(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
