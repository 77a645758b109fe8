import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerStudy } from '../../src/cli/study';
import { studyAnalysisSchema } from '../../src/study/analysis';
import { parseStudyPlan } from '../../src/study/plan';
import { readingOrder } from '../../src/study/reading-order';
import { sourceAttributes } from '../../src/dicom/results';
import { readingReport } from '../../src/dicom/results/reading-report';
import { answerTo, smallPlan } from '../study/fakes';
import { dicomFile, image } from '../viewer/dicom-bytes';

const vanDyke = fileURLToPath(new URL('../fixtures/study/van-dyke.csv', import.meta.url));

describe('explain study', () => {
  let folder: string;
  /** What the last command wrote to standard error. */
  let warned = '';

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
    warned = '';
    vi.spyOn(process.stderr, 'write').mockImplementation(text => {
      warned += String(text);
      return true;
    });
    const program = new Command().exitOverride();
    registerStudy(program);
    for (const group of program.commands) for (const each of group.commands) each.exitOverride();
    await program.parseAsync(['study', ...args], { from: 'user' });
    vi.restoreAllMocks();
    return said;
  }

  it('makes a study file of a folder, and collects answers as tables', async () => {
    const sample = fileURLToPath(new URL('../../sample', import.meta.url));
    const out = path.join(folder, 'made');
    await study(
      'make',
      '--data',
      sample,
      '--readers',
      '2',
      '--practice',
      '1',
      '--scale',
      '5',
      '--models',
      'models',
      '--out',
      out,
    );
    const file = path.join(out, 'study.json');
    const plan = parseStudyPlan(await readFile(file, 'utf8'));
    const names = Array.from({ length: 8 }, (_, i) => `c${i + 1}`);
    expect(plan.cases.map(({ id }) => id)).toEqual(['p1', ...names]);
    expect(new Set(plan.cases.map(each => each.studyInstanceUid)).size).toBe(9);
    // What the aided arm shows is written down, not left to a default: the method that the films' model names.
    const { defaultMethod } = JSON.parse(await readFile('models/phantom/model-card.json', 'utf8'));
    expect(JSON.parse(await readFile(file, 'utf8')).arms[1]).toMatchObject({
      label: 'Film and map',
      aid: { method: defaultMethod, score: false, images: false },
    });
    const chosen = path.join(folder, 'chosen');
    await study('make', '--data', sample, '--method', 'gradcam', '--out', chosen);
    expect(JSON.parse(await readFile(path.join(chosen, 'study.json'), 'utf8')).arms[1].aid.method).toBe(
      'gradcam',
    );
    const none = study('make', '--data', sample, '--models', 'docs', '--out', path.join(folder, 'none'));
    await expect(none).rejects.toThrow(/No model package of .*docs fits a film of these.*Give --method/);
    const scored = path.join(folder, 'scored');
    await study('make', '--data', sample, '--score', '--method', 'gradcam', '--out', scored);
    expect(JSON.parse(await readFile(path.join(scored, 'study.json'), 'utf8')).arms[1]).toMatchObject({
      label: 'Film, map and score',
      aid: { score: true },
    });
    expect(await study('plan', file)).toContain('2 readers, 8 cases, 1 for practice');
    // A study that runs is not written over.
    await expect(study('make', '--data', sample, '--out', out)).rejects.toThrow('is there already');

    const answers = plan.readers.flatMap(reader =>
      readingOrder(plan, reader).map(each =>
        answerTo(plan, reader, each, {
          rating: each.arm === 'aided' ? 5 : 2,
          confidence: 60,
          boxes: each.arm === 'aided' ? [{ x: 1, y: 2, width: 3, height: 4, confidence: 5 }] : [],
        }),
      ),
    );
    const lines = answers.map(each => `${JSON.stringify(each)}\n`);
    await writeFile(path.join(out, 'answers.jsonl'), [...lines, lines[0].slice(0, 30)].join(''));
    await writeFile(
      path.join(out, 'truth.csv'),
      [
        'case,truth,model',
        'c1,1,1',
        'c2,1,0',
        'c3,0,0',
        'c4,0,1',
        'c5,0,0',
        'c6,1,1',
        'c7,0,0',
        'c8,0,0',
        '',
      ].join('\n'),
    );
    const args = [file, path.join(out, 'answers.jsonl'), '--truth', path.join(out, 'truth.csv')];
    const said = await study('collect', ...args, '--out', out);
    expect(said).toContain('32 answers, 16 boxes; 0 readings are not answered');
    const table = await readFile(path.join(out, 'ratings.csv'), 'utf8');
    expect(table.split('\n')[0]).toBe('reader,arm,case,truth,rating,confidence,seconds,model');
    expect(table).toContain(',aided,c2,1,5,60,10,0\n');
    expect(table).not.toContain('p1');
    expect(await study('analyse', path.join(out, 'ratings.csv'), '--resamples', '100')).toContain('aided');
    // What stands first in what is given first counts, whatever an answer says of its own time.
    const first = answers.find(({ practice }) => !practice)!;
    const download = path.join(out, 'download.jsonl');
    const other = { ...first, rating: 1, answeredAt: '2026-01-01T12:00:09.000Z', seconds: 9 };
    await writeFile(download, `${JSON.stringify(other)}\n`);
    await expect(study('collect', ...args, download, '--out', out)).rejects.toThrow(
      `download.jsonl: reader ${first.reader}, ${first.key}: differs from the answer in ${args[1]}`,
    );
    await study('collect', ...args, download, '--keep-first', '--out', out);
    expect(await readFile(path.join(out, 'ratings.csv'), 'utf8')).toBe(table);
    // The same answer twice is one.
    await writeFile(download, `${JSON.stringify(first)}\n`);
    await study('collect', ...args, download, '--out', out);
    expect(await readFile(path.join(out, 'ratings.csv'), 'utf8')).toBe(table);
    for (const [change, why] of [
      [{ reader: 'r9' }, 'no such reader'],
      [{ key: 'other/c1', arm: 'other' }, 'no such reading'],
      [{ rating: 6 }, 'not on its scale'],
      [{ seconds: 5000 }, 'less time'],
    ] as const) {
      await writeFile(download, `${JSON.stringify({ ...first, ...change })}\n`);
      await expect(study('collect', ...args, download, '--out', out)).rejects.toThrow(why);
      await study('collect', ...args, download, '--leave-out-faulty', '--out', out);
      expect(await readFile(path.join(out, 'ratings.csv'), 'utf8')).toBe(table);
    }
    await writeFile(path.join(out, 'truth.csv'), 'case,truth\nc1,\n');
    await expect(study('collect', ...args, '--out', out)).rejects.toThrow('line 2: the truth of c1');
  });

  it.skipIf(process.platform === 'win32')(
    'collects from a folder what its files hold, and nothing without an end',
    async () => {
      const plan = smallPlan();
      const file = path.join(folder, 'small.json');
      await writeFile(file, JSON.stringify(plan));
      const truth = path.join(folder, 'small-truth.csv');
      await writeFile(truth, 'case,truth\nc1,1\nc2,0\nc3,0\n');
      const reports = path.join(folder, 'reports');
      await mkdir(path.join(reports, 'sub'), { recursive: true });
      const film = image({ study: '1.2.3.1', series: '1.2.3.5', instance: '1.2.3.4' });
      const own = plan.readers.map(reader => {
        const reading = readingOrder(plan, reader).find(({ practice }) => !practice)!;
        const answer = { ...answerTo(plan, reader, reading), boxes: [] };
        const source = sourceAttributes(dicomFile(film));
        return readingReport(source, { ...answer, at: new Date(), text: JSON.stringify(answer) }).bytes;
      });
      await writeFile(path.join(reports, 'sub', 'a.dcm'), own[0]);
      await writeFile(path.join(folder, 'outside.dcm'), own[1]);
      await symlink(path.join(folder, 'outside.dcm'), path.join(reports, 'out.dcm'));
      await symlink('/dev/zero', path.join(reports, 'zero.dcm'));
      await symlink('.', path.join(reports, 'circle'));
      execFileSync('mkfifo', [path.join(reports, 'pipe.dcm')]);
      const said = await study(
        'collect',
        file,
        reports,
        '--truth',
        truth,
        '--out',
        path.join(folder, 'from'),
      );
      expect(said).toContain('1 answers');
      expect(warned).toMatch(
        /out\.dcm leads out of .*pipe\.dcm is a device or a pipe.*zero\.dcm leads out of/s,
      );
    },
  );

  it('refuses ratings that no figure can be made of, by line', async () => {
    const rows = ['r1', 'r2'].flatMap(reader =>
      ['x', 'y'].flatMap(arm =>
        [0, 1, 2, 3].map(c => `${reader},${arm},c${c},${c % 2},${c === 1 ? 1e308 : c}`),
      ),
    );
    const file = path.join(folder, 'huge.csv');
    await writeFile(file, ['reader,arm,case,truth,rating', ...rows, ''].join('\n'));
    await expect(study('analyse', file)).rejects.toThrow(/line 3: .*1e\+308/);
  });

  it('writes no command to a terminal that a reader is called by', async () => {
    const rows = ['r1', '\u001b[31mr2'].flatMap(reader =>
      ['x', 'y'].flatMap(arm =>
        [0, 1, 2, 3, 4, 5].map(c => `${reader},${arm},c${c},${c % 2},${(c * 7) % 5}`),
      ),
    );
    const file = path.join(folder, 'escape.csv');
    const out = path.join(folder, 'escaped');
    await writeFile(file, ['reader,arm,case,truth,rating', ...rows, ''].join('\n'));
    await study('analyse', file, '--out', out, '--resamples', '100');
    const tables = await readFile(path.join(out, 'tables.txt'), 'utf8');
    expect(tables).toContain('\\u001b[31mr2');
    expect(tables).not.toContain('\u001b');
  });

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
    await expect(study('simulate', '--out', path.join(folder, 'drawn'))).rejects.toThrow(
      'ratings.csv is there already',
    );
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

  it('checks the study file of the guide, and says who reads what', async () => {
    const guide = await readFile(new URL('../../docs/study.md', import.meta.url), 'utf8');
    const file = path.join(folder, 'study.json');
    await writeFile(file, /```json\n([^]*?)```/.exec(guide)![1]);
    const said = await study('plan', file);
    expect(said).toContain('2 readers, 2 cases, 1 for practice, seed 7');
    const first = said.split('\n').filter(line => /^r\d +1 /.test(line));
    expect(first.map(line => line.split(/ +/)[2]).sort()).toEqual(['film', 'map']);
    const order = await study('plan', file, '--reader', 'r1');
    expect(order.split('\n').filter(line => line.includes('practice'))).toHaveLength(2);
    await expect(study('plan', vanDyke)).rejects.toThrow('not valid JSON');
  });

  it('fills the checklists of a shipped model', async () => {
    const model = fileURLToPath(new URL('../../models/phantom', import.meta.url));
    const out = path.join(folder, 'checklist.md');
    await study('checklist', '--model', model, '--list', 'claim,tripod', '--out', out);
    const text = await readFile(out, 'utf8');
    expect(text).toContain('## CLAIM, 2024 update');
    expect(text).not.toContain('STARD');
    const items = JSON.parse(await study('checklist', '--model', model, '--list', 'claim', '--json'));
    expect(items).toHaveLength(44);
    const analysis = path.join(folder, 'analysed', 'analysis.json');
    const withStudy = await study('checklist', '--model', model, '--study', analysis, '--list', 'stard');
    expect(withStudy).toContain('reader study of 3 readers, 20 cases');
    await expect(study('checklist', '--model', model, '--study', vanDyke)).rejects.toThrow('not valid JSON');
    await expect(study('checklist', '--model', model, '--report', folder)).rejects.toThrow('does not exist');
  });

  it.each([
    [['analyse', vanDyke, '--reference', 'film'], 'it has no arm "film"; its arms are 1, 2'],
    [['analyse', 'no-such.csv'], `no-such.csv does not exist (looked for ${path.resolve('no-such.csv')}`],
    [['analyse', vanDyke, '--marks', vanDyke], '--marks and --lesions are given together'],
    [['analyse', vanDyke, '--hit', 'near'], 'It must be "centre"'],
    [['analyse', vanDyke, '--level', '95'], 'It must lie between 0 and 1'],
    [['export', vanDyke, '--for', 'spss'], 'spss is none of imrmc, mrmcaov, rjafroc'],
    [['size', '--readers', '1'], 'whole number of 2 to 500'],
    [['simulate', '--areas', '0.8'], 'two numbers, separated by a comma'],
    [['plan', 'nope.json'], `nope.json does not exist (looked for ${path.resolve('nope.json')}`],
    [['make', '--data', 'nope'], '--data nope does not exist'],
    [['make', '--data', 'docs/service', '--out', 'nope'], 'holds no DICOM film (CR, DX'],
  ])('%j says what is wrong', async (args, message) => {
    await expect(study(...args)).rejects.toThrow(message);
  });
});
