import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNetworkFiles } from '../../src/cli/import/network-files';

let folder: string;
const weights = Float32Array.of(1, -2, 0.5);
const asBytes = Buffer.from(weights.buffer);

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'network-files-'));
  await mkdir(path.join(folder, 'in'));
  await writeFile(path.join(folder, 'outside.bin'), asBytes);
});
afterEach(() => rm(folder, { recursive: true }));

/** A network of three weights whose files have these names. */
async function network(paths: readonly string[], shape: readonly number[] = [3]): Promise<string> {
  const manifest = [{ paths, weights: [{ name: 'w', shape, dtype: 'float32' }] }];
  const json = { format: 'layers-model', modelTopology: {}, weightsManifest: manifest };
  await writeFile(path.join(folder, 'in', 'model.json'), JSON.stringify(json));
  return path.join(folder, 'in');
}

describe('files of a network made elsewhere', () => {
  it('are joined in the order of model.json', async () => {
    await mkdir(path.join(folder, 'in', 'b'));
    await writeFile(path.join(folder, 'in', 'b', '2.bin'), asBytes.subarray(0, 5));
    await writeFile(path.join(folder, 'in', '1.bin'), asBytes.subarray(5));
    const { artifacts, contents } = await readNetworkFiles(await network(['b/2.bin', '1.bin']));
    expect(new Float32Array(artifacts.weightData as ArrayBuffer)).toEqual(weights);
    expect([...contents.keys()]).toEqual(['model.json', 'b/2.bin', '1.bin']);
  });

  it.each([
    '../outside.bin',
    '/dev/zero',
    'a/../../outside.bin',
    '../../../../../../../../dev/zero',
    'a\\..\\b',
    '',
  ])('outside the folder are not opened: %j', async name => {
    await expect(readNetworkFiles(await network([name]))).rejects.toThrow('a path inside the package');
  });

  it.each(['/dev/zero', '../outside.bin'])('to which a link leads out are not read: %s', async target => {
    await symlink(target, path.join(folder, 'in', 'w.bin'));
    const file = path.join(folder, 'in', 'w.bin');
    await expect(readNetworkFiles(await network(['w.bin']))).rejects.toThrow(`${file} leads out of`);
  });

  it('to which a linked folder, or model.json itself, leads out are not read', async () => {
    await symlink('..', path.join(folder, 'in', 'sub'));
    const file = path.join(folder, 'in', 'sub', 'outside.bin');
    await expect(readNetworkFiles(await network(['sub/outside.bin']))).rejects.toThrow(
      `${file} leads out of`,
    );
    await mkdir(path.join(folder, 'other'));
    await symlink('../in/model.json', path.join(folder, 'other', 'model.json'));
    await expect(readNetworkFiles(path.join(folder, 'other'))).rejects.toThrow('model.json leads out of');
  });

  it('are read through a link to the folder, and links inside', async () => {
    await writeFile(path.join(folder, 'in', 'real.bin'), asBytes);
    await symlink('real.bin', path.join(folder, 'in', 'w.bin'));
    await network(['w.bin']);
    await symlink('in', path.join(folder, 'link'));
    const { artifacts } = await readNetworkFiles(path.join(folder, 'link'));
    expect(new Float32Array(artifacts.weightData as ArrayBuffer)).toEqual(weights);
  });

  it('that are folders are not read', async () => {
    await mkdir(path.join(folder, 'in', 'w.bin'));
    await expect(readNetworkFiles(await network(['w.bin']))).rejects.toThrow('is no regular file');
  });

  it.each([
    [[4], 16],
    [[1, 2 ** 53 - 1], 36028797018963964],
  ])('of another size than shape %j asks for are not read', async (shape, bytes) => {
    await writeFile(path.join(folder, 'in', 'w.bin'), asBytes);
    await expect(readNetworkFiles(await network(['w.bin'], shape))).rejects.toThrow(
      `asks for ${bytes} bytes of weights, its files hold 12.`,
    );
  });

  it('that are missing are named', async () => {
    const file = path.join(folder, 'in', 'w.bin');
    await expect(readNetworkFiles(await network(['w.bin']))).rejects.toThrow(`${file} does not exist.`);
  });
});
