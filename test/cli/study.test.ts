import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerStudy } from '../../src/cli/study';
import { studyAnalysisSchema } from '../../src/study/analysis';

const vanDyke = fileURLToPath(new URL('../fixtures/study/van-dyke.csv', import.meta.url));

describe('explain study', () => {
  let folder: string;

  beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'study-'))));
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => rm(folder, { recursive: true }));

  /** What it writes to standard output. */
  async function study(...args: string[]): Promise<string> {
    let said = '';
    vi.spyOn(process.stdout, 'write').mockImplementation(text => {
      said += String(text);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const program = new Command().exitOverride();
    registerStudy(program);
    for (const group of program.commands) for (const each of group.commands) each.exitOverride();
    await program.parseAsync(['study', ...args], { from: 'user' });
    vi.restoreAllMocks();
    return said;
  }

  it('prints Van Dyke’s table as published', async () => {
    const said = await study('analyse', vanDyke, '--reference', '2', '--resamples', '100');
    const row = (start: string): string[] =>
      said
        .split('\n')
        .find(line => line.startsWith(start))!
        .slice(start.length)
        .trim()
        .split(/ {2,}/);
    expect(row('1 − 2, random readers, random cases')).toEqual([
      '-0.04380',
      '0.02075',
      '-0.08796 to 0.00036',
      '15.26',
      'F(1, 15.26) = 4.46',
      '0.0517',
    ]);
    expect(row('1 − 2, fixed readers, random cases')).toEqual([
      '-0.04380',
      '0.01872',
      '-0.08049 to -0.00711',
      '∞',
      'χ²(1) = 5.48',
      '0.0193',
    ]);
    expect(row('1 − 2, random readers, fixed cases')).toEqual([
      '-0.04380',
      '0.01485',
      '-0.08502 to -0.00258',
      '4',
      'F(1, 4) = 8.70',
      '0.0420',
    ]);
    expect(row('1, random readers, random cases')).toEqual([
      '0.89704',
      '0.03317',
      '0.82522 to 0.96885',
      '12.74',
    ]);
    expect(row('Var(arm · reader · case) + error')).toEqual(['0.03997160']);
  });

  it('draws a study, analyses it with its marks, and exports it', async () => {
    const at = (name: string): string => path.join(folder, 'drawn', name);
    await study('simulate', '--readers', '3', '--cases', '20', '--out', path.join(folder, 'drawn'));
    const tables = ['--marks', at('marks.csv'), '--lesions', at('lesions.csv')];
    const out = path.join(folder, 'analysed');
    const options = ['--positive-from', '50', '--resamples', '100', '--out', out, '--json'];
    const said = await study('analyse', at('ratings.csv'), ...tables, ...options);
    const analysis = studyAnalysisSchema.parse(JSON.parse(said));
    expect(JSON.parse(await readFile(path.join(out, 'analysis.json'), 'utf8'))).toEqual(JSON.parse(said));
    expect(analysis.arms).toEqual(['unaided', 'aided']);
    expect(analysis.marks!.lesions).toBe(10);
    expect(await readFile(path.join(out, 'tables.txt'), 'utf8')).toContain(
      'Area under the weighted AFROC curve',
    );
    const exported = await study(
      'export',
      at('ratings.csv'),
      ...tables,
      '--out',
      path.join(folder, 'exported'),
    );
    expect(exported).toContain('study.imrmc, mrmcaov.csv, rjafroc.xlsx, rjafroc-key.csv');
    const workbook = await readFile(path.join(folder, 'exported', 'rjafroc.xlsx'));
    expect(workbook.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
  });

  it('gives the power of designs, more of it for more readers and cases', async () => {
    const file = path.join(folder, 'size.json');
    const options = ['--areas', '0.75,0.9', '--studies', '40', '--json', file];
    const said = await study('size', '--readers', '3,8', '--cases', '20,80', ...options);
    expect(said).toContain('Monte Carlo error');
    const { designs } = JSON.parse(await readFile(file, 'utf8'));
    const power = designs.map(
      (each: { power: Record<string, number> }) => each.power.randomReadersRandomCases,
    );
    expect(power[3]).toBeGreaterThan(power[0]);
    expect(power[3]).toBeGreaterThan(0.9);
  });

  it.each([
    [['analyse', vanDyke, '--reference', 'film'], 'it has no arm "film"; its arms are 1, 2'],
    [['analyse', 'no-such.csv'], 'there is no such file'],
    [['analyse', vanDyke, '--marks', vanDyke], '--marks and --lesions are given together'],
    [['analyse', vanDyke, '--hit', 'near'], 'It must be "centre"'],
    [['analyse', vanDyke, '--level', '95'], 'It must lie between 0 and 1'],
    [['export', vanDyke, '--for', 'spss'], 'spss is none of imrmc, mrmcaov, rjafroc'],
    [['size', '--readers', '1'], 'whole number of 2 or more'],
    [['simulate', '--areas', '0.8'], 'two numbers, separated by a comma'],
  ])('%j says what is wrong', async (args, message) => {
    await expect(study(...args)).rejects.toThrow(message);
  });
});
