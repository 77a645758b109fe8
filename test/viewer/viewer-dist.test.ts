import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { viewerDist } from '../../src/viewer/viewer-dist';

let folder: string;
const searchPath = process.env.PATH;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'explain-dist-'));
});
afterEach(() => {
  process.env.PATH = searchPath;
  rmSync(folder, { recursive: true, force: true });
});

/** Puts another program in npm's place. */
function replaceNpm(script: string): void {
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(bin, 'npm'), 0o755);
  process.env.PATH = `${bin}${path.delimiter}${searchPath}`;
}

const cache = () => path.join(folder, 'cache');
const left = () => readdirSync(path.join(cache(), 'ohif'));

describe.skipIf(process.platform === 'win32')('fetching the pre-built viewer', () => {
  it('uses the copy that is there, without npm', async () => {
    replaceNpm('exit 99');
    const target = path.join(cache(), 'ohif', '3.13.2');
    mkdirSync(target, { recursive: true });
    writeFileSync(path.join(target, 'index.html'), '');
    expect(await viewerDist('3.13.2', cache())).toBe(target);
  });

  it('refuses a download whose checksum is not the pinned one, and leaves nothing behind', async () => {
    replaceNpm('echo tampered > ohif-app-3.13.2.tgz');
    await expect(viewerDist('3.13.2', cache())).rejects.toThrow(/not the one expected[\s\S]*sha512-WZdx/);
    expect(left()).toEqual([]);
  });

  it('removes what killed processes left of their downloads, and nothing else', async () => {
    replaceNpm('exit 99');
    const names = ['3.13.2', '3.13.2-aB3_x9', '3.13.2-fresh1', '3.13.2-mine-too', '9.9.9-aaaaaa'];
    const hoursAgo = Date.now() / 1000 - 2 * 3600;
    for (const name of names) {
      mkdirSync(path.join(cache(), 'ohif', name, 'package'), { recursive: true });
      writeFileSync(path.join(cache(), 'ohif', name, 'index.html'), '');
      if (name.includes('fresh')) continue;
      for (const each of ['package', '.'])
        utimesSync(path.join(cache(), 'ohif', name, each), hoursAgo, hoursAgo);
    }
    await viewerDist('3.13.2', cache());
    expect(left().sort()).toEqual(names.filter(name => name !== '3.13.2-aB3_x9').sort());
  });

  it('says what to do without a network', async () => {
    replaceNpm('echo "npm error network request failed" >&2; exit 1');
    await expect(viewerDist('3.13.2', cache())).rejects.toThrow(
      /Check the network[\s\S]*run the same command again[\s\S]*network request failed/,
    );
    expect(left()).toEqual([]);
  });

  it('says so when npm is missing', async () => {
    process.env.PATH = folder;
    await expect(viewerDist('3.13.2', cache())).rejects.toThrow(/npm could not be started/);
  });

  it('knows the checksums of the releases it serves, and serves no other', async () => {
    await expect(viewerDist('3.0.0', cache())).rejects.toThrow(/3\.13\.2/);
    await expect(viewerDist('../../etc', cache())).rejects.toThrow(/known checksum/);
    await expect(viewerDist('constructor', cache())).rejects.toThrow(/known checksum/);
  });
});
