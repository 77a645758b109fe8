import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ResultSet, type ResultEnding } from '../../src/cli/result-set';
import type { ResultFile } from '../../src/explain/result-schema';

const result = { format: 'explain-result/1' } as ResultFile;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('files of one explanation', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'result-set-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const stem = (): string => path.join(folder, 'film.dcm');
  async function publish(contents: Record<string, string>): Promise<string[]> {
    const set = new ResultSet(stem());
    for (const [ending, text] of Object.entries(contents)) set.add(ending as ResultEnding, bytes(text));
    return set.publish(result);
  }
  const files = async (): Promise<string[]> => (await readdir(folder)).sort();

  it('names the SHA-256 of each file in the result file', async () => {
    await publish({ 'map.npy': 'a map' });
    const { files: named } = JSON.parse(await readFile(`${stem()}.json`, 'utf8')) as ResultFile;
    expect(named).toEqual({ 'map.npy': createHash('sha256').update('a map').digest('hex') });
  });

  it('removes what an earlier explanation wrote and this one does not', async () => {
    await publish({ 'map.npy': 'first', 'seg.dcm': 'mask of the first', 'panels.png': 'images' });
    expect(await publish({ 'map.npy': 'second', 'sr.dcm': 'report' })).toEqual([]);
    expect(await files()).toEqual(['film.dcm.json', 'film.dcm.map.npy', 'film.dcm.sr.dcm']);
  });

  it('leaves and names what it did not write, or what was changed since', async () => {
    await publish({ 'map.npy': 'first', 'seg.dcm': 'mask', 'pm.dcm': 'map' });
    await writeFile(`${stem()}.seg.dcm`, 'corrected by hand');
    await writeFile(`${stem()}.sc.dcm`, 'of somebody else');
    expect(await publish({ 'map.npy': 'second' })).toEqual(['film.dcm.seg.dcm', 'film.dcm.sc.dcm']);
    expect(await readFile(`${stem()}.seg.dcm`, 'utf8')).toBe('corrected by hand');
    expect(await files()).not.toContain('film.dcm.pm.dcm');
  });

  it('takes a torn or foreign result file for none', async () => {
    await writeFile(`${stem()}.json`, '{"files": ');
    await writeFile(`${stem()}.pm.dcm`, 'unknown');
    expect(await publish({ 'map.npy': 'a' })).toEqual(['film.dcm.pm.dcm']);
    await writeFile(`${stem()}.json`, 'null');
    expect(await publish({ 'map.npy': 'a' })).toEqual(['film.dcm.pm.dcm']);
  });
});
