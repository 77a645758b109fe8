import { appendFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerEvaluate } from '../../src/cli/evaluate';
import { untrainedPackage } from './untrained-package';

describe('explain evaluate on phantoms, untrained networks', () => {
  let model: string;
  let out: string;
  let cache: string;
  let printed = '';

  beforeAll(async () => {
    model = await untrainedPackage(['single2', 'naive']);
    out = await mkdtemp(path.join(tmpdir(), 'report-'));
    cache = await mkdtemp(path.join(tmpdir(), 'maps-'));
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  }, 60_000);
  afterEach(() => vi.restoreAllMocks());
  afterAll(async () => {
    await rm(model, { recursive: true });
    await rm(out, { recursive: true });
    await rm(cache, { recursive: true });
  });

  async function evaluate(...args: string[]): Promise<Record<string, unknown>> {
    printed = '';
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.spyOn(process.stdout, 'write').mockImplementation(text => {
      printed += String(text);
      return true;
    });
    const program = new Command().exitOverride();
    registerEvaluate(program);
    const common = [
      '--model',
      model,
      '--out',
      out,
      '--cache',
      cache,
      '--phantoms',
      '6',
      '--seed',
      '3',
      '--workers',
      '1',
      '--resamples',
      '50',
      '--controls',
      '3',
    ];
    await program.parseAsync(['evaluate', ...common, ...args], { from: 'user' });
    return JSON.parse(await readFile(path.join(out, 'results.json'), 'utf8'));
  }

  it('writes results, tables and one row an image and map', { timeout: 120_000 }, async () => {
    const results = (await evaluate(
      '--methods',
      'similar-adversarial,naive,gradcam,smoothgrad',
      '--augment',
      '2',
      '--pictures',
      '2',
    )) as {
      maps: {
        key: string;
        images: number;
        right: Record<string, { value: number }>;
        area: { total: { value: number } };
        medianSeconds?: number;
      }[];
      generators: { id: string; hold?: number; flip?: number }[];
      provenance: { data: { images: number; withTruth: number } };
    };
    const keys = results.maps.map(map => map.key);
    for (const key of [
      'similar-adversarial',
      'similar-adversarial+aug',
      'naive',
      'gradcam+aug',
      'smoothgrad',
      'average-truth',
      'random',
    ]) {
      expect(keys).toContain(key);
    }
    expect(keys).not.toContain('smoothgrad+aug'); // takes many passes as it is
    const { images, withTruth } = results.provenance.data;
    expect(images).toBe(6);
    expect(withTruth).toBeGreaterThan(0);
    for (const map of results.maps) {
      expect(map.images).toBe(withTruth);
      expect(map.right.iou90.value).toBeGreaterThanOrEqual(0);
      expect(map.area.total.value).toBeLessThanOrEqual(1);
    }
    const single = results.generators.find(generator => generator.id === 'single2');
    expect(single?.hold).toBeGreaterThanOrEqual(0);
    expect(results.generators.find(generator => generator.id === 'naive')?.hold).toBeUndefined();
    const rows = parse(await readFile(path.join(out, 'maps.csv'), 'utf8'), { columns: true }) as Record<
      string,
      string
    >[];
    expect(rows.length).toBe(withTruth * results.maps.length);
    expect((await readdir(path.join(out, 'pictures'))).length).toBe(2);
    expect(printed).toMatch(/Similar–Adversarial \+ aug/);
    expect(printed).toMatch(/centre Gaussian/);
  });

  it('goes on where it stopped, and ends with the same figures', { timeout: 120_000 }, async () => {
    const args = ['--methods', 'gradient', '--augment', '0'];
    const first = await evaluate(...args);
    const store = path.join(out, 'cases.jsonl');
    const lines = (await readFile(store, 'utf8')).trimEnd().split('\n');
    expect(lines.length).toBe(7);
    await writeFile(store, `${lines.slice(0, 5).join('\n')}\n`);
    await appendFile(store, lines[5].slice(0, 40)); // as a killed process leaves it
    const second = await evaluate(...args);
    expect((await readFile(store, 'utf8')).trimEnd().split('\n').length).toBe(7);
    const stable = (text: unknown): string =>
      JSON.stringify(text).replaceAll(/"medianSeconds":[\d.e-]+,?/g, '');
    expect(stable(second) === stable(first)).toBe(true);
  });

  it('names what it cannot do', async () => {
    await expect(evaluate('--methods', 'magic')).rejects.toThrow(
      /There is no method "magic"; known are similar-adversarial/,
    );
    await expect(evaluate('--methods', 'similar-adversarial:duo')).rejects.toThrow(
      /needs a generator duo.*has: single2, naive/,
    );
    await expect(evaluate('--data', 'somewhere')).rejects.toThrow(/either --data/);
  });
});
