import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { folderReader } from '../../src/io/folder-reader';
import { doesNotExist, unreadable } from '../../src/io/given-path';
import { makeFolder } from '../../src/io/make-folder';
import { makeEmpty, makeWritable, refuseOverwriting } from '../../src/io/out-folder';
import { readGivenFile, readGivenUtf8 } from '../../src/io/read-given-file';

const folder = mkdtempSync(path.join(tmpdir(), 'explain-folders-'));
const at = (...names: string[]): string => path.join(folder, ...names);
const file = at('file');
writeFileSync(file, 'x');
afterAll(() => rmSync(folder, { recursive: true }));

describe('making a folder', () => {
  it('makes those above it, and says which was the outermost', async () => {
    expect(await makeFolder(at('a', 'b', 'c'))).toBe(at('a'));
    expect(existsSync(at('a', 'b', 'c'))).toBe(true);
    expect(await makeFolder(at('a', 'b', 'd'))).toBe(at('a', 'b', 'd'));
    expect(await makeFolder(at('a', 'b'))).toBeUndefined();
  });

  it('is done once by several at a time', async () => {
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(at('many', 'times'))));
    expect(existsSync(at('many', 'times'))).toBe(true);
  });

  it('ends where a file stands in the way', async () => {
    await expect(makeFolder(file)).rejects.toThrow(/EEXIST/);
    await expect(makeFolder(path.join(file, 'below'))).rejects.toThrow(/ENOTDIR/);
  });

  // Linux says there of every new name that its folder is not there, which is.
  it.skipIf(!existsSync('/proc/self'))('ends below /proc', async () => {
    await expect(makeFolder('/proc/explain/masks')).rejects.toThrow(/ENOENT/);
    await expect(makeWritable('--out', '/proc/explain')).rejects.toThrow(
      /--out \/proc\/explain cannot be written/,
    );
  });
});

describe('what is there', () => {
  it('is not mixed with what is drawn anew', async () => {
    await makeEmpty('--out', at('new'));
    writeFileSync(at('new', '.DS_Store'), '');
    await makeEmpty('--out', at('new'));
    writeFileSync(at('new', 'labels.csv'), '');
    await expect(makeEmpty('--out', at('new'))).rejects.toThrow(
      /--out .*new is not empty \(1 entry, labels\.csv among them\)/,
    );
  });

  it('is not written over where somebody may have filled it in', async () => {
    await refuseOverwriting('--out', [at('none.csv')]);
    await expect(refuseOverwriting('--out', [at('none.csv'), file])).rejects.toThrow(
      /file is there already.*another --out, or move file away/,
    );
  });
});

describe('a folder of a package', () => {
  it('is not left through a link, which is named', async () => {
    mkdirSync(at('package', 'own'), { recursive: true });
    writeFileSync(at('package', 'own', 'weights'), 'w');
    symlinkSync('own/weights', at('package', 'inside'));
    symlinkSync('../file', at('package', 'outside'));
    symlinkSync('../..', at('package', 'own', 'up'));
    symlinkSync('package', at('linked'));
    const read = folderReader(at('linked'));
    expect(Buffer.from(await read('own/weights')).toString()).toBe('w');
    expect(Buffer.from(await read('inside')).toString()).toBe('w');
    for (const name of ['outside', 'own/up/file', '../file']) {
      await expect(read(name)).rejects.toThrow(`${at('linked', name)} leads out of ${at('linked')}`);
    }
  });
});

describe('a path that is given', () => {
  const looked = `looked for ${path.resolve('models/none')}; a relative path counts from the current folder`;

  it('is said to be absent, of a relative one with where it was looked for', () => {
    expect(doesNotExist('models/none')).toBe(`models/none does not exist (${looked}).`);
    expect(doesNotExist(at('none'))).toBe(`${at('none')} does not exist.`);
  });

  it('is named with the reason by whatever reads it', async () => {
    await expect(folderReader('models/none')('model-card.json')).rejects.toThrow(looked);
    await expect(folderReader(folder)('none')).rejects.toThrow(/none cannot be read: there is no such file/);
    await expect(readGivenUtf8(folder)).rejects.toThrow(`${folder} cannot be read: it is a folder`);
    expect(() => readGivenFile('models/none')).toThrow(looked);
    expect(unreadable('x.csv', new Error('No idea.'))).toBe('x.csv cannot be read: No idea.');
  });
});
