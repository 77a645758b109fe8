import { appendFile, cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerEvaluate } from '../../src/cli/evaluate';
import type { ModelComparisonRow } from '../../src/evaluation/statistics/model-comparison';
import type { EvaluationResults } from '../../src/evaluation/results';
import { untrainedPackage } from '../cli/untrained-package';

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

  const row = async (name: string): Promise<Record<string, string>[]> =>
    parse(await readFile(path.join(out, name), 'utf8'), { columns: true }) as Record<string, string>[];

  it('writes results, tables, page and one row an image and map', { timeout: 120_000 }, async () => {
    const trust = path.join(cache, 'trust.json');
    const check = {
      id: 'c',
      title: 'Randomised weights',
      rule: 'below 0.5',
      source: 'Adebayo 2018',
      passed: false,
    };
    await writeFile(
      trust,
      JSON.stringify({ checks: [{ ...check, figures: [{ name: 'SSIM', value: 0.7 }] }] }),
    );
    const results = (await evaluate(
      '--methods',
      'similar-adversarial,naive,gradcam,smoothgrad',
      '--augment',
      '2',
      '--slow-limit',
      '2',
      '--deletion-insertion',
      '3',
      '--pictures',
      '2',
      '--cases',
      '1',
      '--trust',
      trust,
    )) as unknown as EvaluationResults;
    const keys = results.maps.map(map => map.key);
    for (const key of [
      'similar-adversarial',
      'similar-adversarial+aug',
      'naive',
      'gradcam+aug',
      'average-truth',
      'random',
    ]) {
      expect(keys).toContain(key);
    }
    expect(keys).not.toContain('smoothgrad'); // takes many passes, so it is in the subset alone
    const { images, withTruth } = results.provenance.data;
    expect(images).toBe(6);
    expect(withTruth).toBeGreaterThan(2);
    for (const map of results.maps) {
      expect(map.images).toBe(withTruth);
    }
    expect(results.subset?.images).toBe(2);
    expect(results.subset?.maps.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['smoothgrad', ...keys]),
    );
    expect(results.subset?.maps.every(map => map.images === 2)).toBe(true);
    for (const { faithfulness } of results.subset?.maps ?? []) {
      expect(faithfulness?.deletion.images).toBe(2);
      expect(faithfulness?.insertion.value).toBeGreaterThan(0);
    }
    expect(results.notes.join(' ')).toMatch(/Slow methods ran on 2 images only/);
    expect(results.primary.reference).toBe('similar-adversarial+aug');
    expect(results.comparisons.filter(({ metric }) => metric === 'iou90').length).toBe(keys.length - 1);
    expect(results.boxes?.images).toBe(withTruth);
    const single = results.generators.find(generator => generator.id === 'single2');
    expect(results.generators.find(generator => generator.id === 'naive')?.hold).toBeUndefined();

    const maps = await row('maps.csv');
    expect(maps.length).toBe(withTruth * results.maps.length + 2);
    expect(maps.filter(({ map }) => map === 'smoothgrad').map(each => each.in_subset)).toEqual(['1', '1']);
    const films = await row('images.csv');
    expect(films.length).toBe(6);
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    for (const { key, right, area } of results.maps) {
      const ofMap = maps.filter(({ map }) => map === key);
      expect(right.iou90.value, key).toBeCloseTo(mean(ofMap.map(({ iou90 }) => Number(iou90))), 6);

      expect(area.total.value, key).toBeLessThanOrEqual(Math.max(...ofMap.map(({ auc }) => Number(auc))));
      expect(area.total.value, key).toBeGreaterThan(0);
    }
    // Marks drawn at random hit the truth as often as anything: of a share t of the film, a tenth m meets the m·t of it.
    const byChance = maps
      .filter(({ map }) => map === 'random')
      .map(({ truth_share: t }) => (0.1 * Number(t)) / (0.1 + Number(t) - 0.1 * Number(t)));
    const drawn = results.maps.find(({ key }) => key === 'random')?.right.iou90.value;
    expect(Math.abs((drawn ?? NaN) - mean(byChance))).toBeLessThan(0.02);
    // x_s holds where it has the decision of x; the operating point is one half.
    const holds = films.map(film => Number(film.score) >= 0.5 === Number(film.single2_score_similar) >= 0.5);
    expect(single?.hold).toBeCloseTo(mean(holds.map(Number)), 6);
    expect((await row('tests.csv')).some(({ list }) => list === 'all pairs')).toBe(true);
    expect((await readdir(path.join(out, 'pictures'))).length).toBe(2);
    expect(printed).toMatch(/Similar–Adversarial \+ aug/);
    expect(printed).toMatch(/centre Gaussian/);
  });

  it('the page needs no script and fetches nothing', async () => {
    const page = await readFile(path.join(out, 'report.html'), 'utf8');
    expect(page).not.toMatch(/<script|<link|@import|url\((?!#)/i);
    for (const [source] of page.matchAll(/(?:src|href)="[^"]{0,20}/g))
      expect(source).toMatch(/="(data:image|#)/);
    for (const numeral of ['III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X', 'XI']) {
      expect(page).toMatch(new RegExp(`Table ${numeral}\\. `));
    }
    expect(page).toMatch(/Randomised weights/);
    expect(page).toMatch(/class="fail">failed/);
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(5);
    expect(page.match(/class="case"/g)?.length).toBe(2);
  });

  /** What must not change between two runs: all but the time of writing. */
  const stable = (results: unknown): string => JSON.stringify(results).replaceAll(/"createdAt":"[^"]*"/g, '');

  it('goes on where it stopped, and ends with the same figures', { timeout: 120_000 }, async () => {
    const args = ['--methods', 'gradient', '--augment', '0'];
    // Finished images of other methods are never overwritten unasked.
    await expect(evaluate(...args)).rejects.toThrow(/other options.*Give another --out, or --rescore/);
    await rm(path.join(out, 'cases.jsonl'));
    const first = await evaluate(...args);
    const store = path.join(out, 'cases.jsonl');
    const lines = (await readFile(store, 'utf8')).trimEnd().split('\n');
    expect(lines.length).toBe(7);
    await writeFile(store, `${lines.slice(0, 5).join('\n')}\n`);
    await appendFile(store, lines[5].slice(0, 40)); // as a killed process leaves it
    const second = await evaluate(...args);
    expect((await readFile(store, 'utf8')).trimEnd().split('\n').length).toBe(7);
    expect(stable(second) === stable(first)).toBe(true);
    // Measured anew from the maps on disk: their times, too, are those of the first run.
    expect(stable(await evaluate(...args, '--rescore')) === stable(first)).toBe(true);
  });

  it('puts two reports side by side', { timeout: 120_000 }, async () => {
    const [a, b] = [path.join(cache, 'a'), path.join(cache, 'b')];
    await cp(out, a, { recursive: true });
    await cp(out, b, { recursive: true });
    const program = new Command().exitOverride();
    registerEvaluate(program);
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const both = path.join(cache, 'both');
    await program.parseAsync(['evaluate', '--compare', a, b, '--out', both], { from: 'user' });
    const comparison = JSON.parse(await readFile(path.join(both, 'comparison.json'), 'utf8')) as {
      maps: ModelComparisonRow[];
    };
    const gradient = comparison.maps.find(({ key }) => key === 'gradient');
    expect(gradient?.paired).toMatchObject({ difference: { value: 0 }, p: 1 });
    expect(await readFile(path.join(both, 'comparison.html'), 'utf8')).toMatch(/A − B/);
    await expect(
      program.parseAsync(['evaluate', '--compare', a, tmpdir(), '--out', both], { from: 'user' }),
    ).rejects.toThrow(/neither a report .* nor a model package/);
  });

  it('names what it cannot do', async () => {
    await expect(evaluate('--methods', 'magic')).rejects.toThrow(
      /There is no method "magic"; known are similar-adversarial/,
    );
    await expect(evaluate('--methods', 'similar-adversarial:duo')).rejects.toThrow(
      /needs a generator "duo" of the kind single2.*has: single2, naive/,
    );
    await expect(evaluate('--data', 'somewhere')).rejects.toThrow(/either --data/);
    await expect(evaluate('--resamples', 'many')).rejects.toThrow(
      /--resamples <count>' argument .* must be a whole number, 1 to 1000000/,
    );
    await expect(evaluate('--slow-limit', '0')).rejects.toThrow(
      /--slow-limit <count>' argument '0' .* must be a whole number, 1 to 10000000/,
    );
    await expect(evaluate('--trust', 'nowhere.json')).rejects.toThrow(/--trust nowhere\.json does not exist/);
    await expect(evaluate('--reference', 'nothing')).rejects.toThrow(/"nothing" is not among the maps/);
  });
});
