import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerEvaluate } from '../../src/cli/evaluate';
import { MapCache } from '../../src/evaluation/measure/map-cache';
import type { EvaluationResults } from '../../src/evaluation/results';
import { runPython, whyNoReference } from '../checks/python';
import { untrainedPackage } from '../cli/untrained-package';

describe('explain evaluate: radiologists’ readings and text labels apart', () => {
  let work: string;
  let model: string;

  beforeAll(async () => {
    work = await mkdtemp(path.join(tmpdir(), 'readers-'));
    model = await untrainedPackage(['single2']);
    await writeFolder(path.join(work, 'data'));
  }, 60_000);
  afterAll(async () => {
    vi.restoreAllMocks();
    await rm(work, { recursive: true });
    await rm(model, { recursive: true });
  });

  const out = (): string => path.join(work, 'report');

  /** Twelve test films: half of them read by radiologists, of these all positive ones boxed, and one of the others. */
  async function writeFolder(data: string): Promise<void> {
    await mkdir(path.join(data, 'images'), { recursive: true });
    const labels = ['image,label,quality,patient,split'];
    const metadata = ['image,view,sex,age,collection'];
    const boxes = ['image,x,y,width,height,finding', 'train1.png,0,0,512,512,Lung Opacity'];
    for (const [i, split] of ['train', 'train', 'val', 'val'].entries()) {
      labels.push(`${split}${i % 2}.png,${i % 2},radiologist,${split}${i},${split}`);
      metadata.push(`${split}${i % 2}.png,PA,F,50,c`);
    }
    for (let i = 0; i < 12; i++) {
      const name = `test${i}.png`;
      labels.push(`${name},${i % 2},${i < 6 ? 'radiologist' : 'text'},p${i},test`);
      metadata.push(`${name},${i % 3 ? 'PA' : 'AP'},F,50,c`);
      if (i % 2 === 1 && i < 8) boxes.push(`${name},256,256,400,400,Lung Opacity`);
    }
    for (const [index, line] of labels.slice(1).entries()) {
      const bytes = Uint8Array.from({ length: 64 * 64 }, (_, k) => (k * (index + 3) + (k >> 6) * 7) % 251);
      await sharp(bytes, { raw: { width: 64, height: 64, channels: 1 } })
        .png()
        .toFile(path.join(data, 'images', line.split(',')[0]));
    }
    for (const [name, lines] of Object.entries({ labels, metadata, boxes })) {
      await writeFile(path.join(data, `${name}.csv`), `${lines.join('\n')}\n`);
    }
  }

  async function evaluate(...more: string[]): Promise<{ results: EvaluationResults; printed: string }> {
    let printed = '';
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.spyOn(process.stdout, 'write').mockImplementation(text => {
      printed += String(text);
      return true;
    });
    const options = {
      '--model': model,
      '--data': path.join(work, 'data'),
      '--out': out(),
      '--cache': path.join(work, 'cache'),
      '--methods': 'similar-adversarial,gradient',
      '--augment': '0',
      '--cases': '1',
      '--workers': '1',
      '--resamples': '200',
      '--controls': '3',
    };
    const program = new Command().exitOverride();
    registerEvaluate(program);
    await program.parseAsync(['evaluate', ...Object.entries(options).flat(), '--update-card', ...more], {
      from: 'user',
    });
    return { results: JSON.parse(await readFile(path.join(out(), 'results.json'), 'utf8')), printed };
  }

  it('in tables, page, CSV, card and comparison', { timeout: 120_000 }, async () => {
    const { results, printed } = await evaluate();
    const counts = results.classifier.map(({ group, positives, negatives }) => [group, positives, negatives]);
    expect(counts.slice(0, 3)).toEqual([
      ['all', 6, 6],
      ['read by radiologists', 3, 3],
      ['text labels', 3, 3],
    ]);
    expect(printed).toMatch(/^read by radiologists +3 +3 /m);
    expect(printed).toMatch(/read by radiologists: 3 +text labels: 1/);
    expect(printed).toMatch(
      /Labels: radiologists read 3 positive and 3 negative images; 3 and 3 rest on report/,
    );
    const [generator] = results.generators;
    expect(generator.readers?.['text labels'].images).toBe(6);
    expect(results.maps[0].groups['read by radiologists'].images).toBe(3);

    const page = await readFile(path.join(out(), 'report.html'), 'utf8');
    expect(page).toContain('Hold and flip by who says what the label is');
    for (const name of ['images.csv', 'maps.csv']) {
      const rows = parse(await readFile(path.join(out(), name)), { columns: true }) as Record<
        string,
        string
      >[];
      for (const row of rows) {
        expect(row.reader).toBe(Number(/\d+/.exec(row.image)?.[0]) < 6 ? 'radiologist' : 'text');
      }
    }

    const card = JSON.parse(await readFile(path.join(model, 'model-card.json'), 'utf8'));
    expect(card.classifier.figures.test['read by radiologists']).toMatchObject({
      positives: 3,
      negatives: 3,
    });
    const films = parse(await readFile(path.join(out(), 'images.csv')), { columns: true }) as Record<
      string,
      string
    >[];
    const negatives = films.filter(({ reader, label }) => reader === 'text' && label === '0');
    const right = negatives.filter(({ score }) => Number(score) < card.operatingPoint);
    expect(negatives.length).toBeGreaterThan(0);
    expect(card.classifier.figures.test['text labels'].specificity).toBeCloseTo(
      right.length / negatives.length,
      3,
    );
    const { readers, maps } = card.generators.single2.figures.test;
    expect(readers['text labels'].images).toBe(6);
    expect(maps['similar-adversarial'].readers['read by radiologists'].images).toBe(3);

    const program = new Command().exitOverride();
    registerEvaluate(program);
    const both = path.join(work, 'both');
    await program.parseAsync(['evaluate', '--compare', out(), out(), '--out', both], { from: 'user' });
    const comparison = await readFile(path.join(both, 'comparison.html'), 'utf8');
    expect(comparison).toContain('IoU@90 by who says what the label is');
    expect(comparison).toContain('text labels');
  });

  it('images finished before the column was there get it from the folder', { timeout: 120_000 }, async () => {
    const file = path.join(out(), 'cases.jsonl');
    const [identity, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const older = lines.map(line => JSON.stringify({ ...JSON.parse(line), reader: undefined }));
    await writeFile(file, `${[identity, ...older].join('\n')}\n`);
    const { results } = await evaluate();
    expect(results.classifier.map(({ group }) => group)).toContain('text labels');
  });

  const reason = whyNoReference();
  it.skipIf(reason)(`as NumPy counts them${reason ? ` (skipped: ${reason})` : ''}`, () => {
    expect(runPython(['scripts/check-report.py', out()])).toContain('Confirmed.');
  });

  it(
    'before the classifier of another package, which must take the same images',
    { timeout: 120_000 },
    async () => {
      const judge = await untrainedPackage([], 7);
      const { results, printed } = await evaluate('--judge', judge);
      expect(results.judge).toMatchObject({ judge: { id: 'untrained' }, agreement: { images: 12 } });
      expect(results.judge!.generators[0]).toMatchObject({ id: 'single2', scoreChange: { images: 12 } });
      expect(results.provenance.command).toContain('--judge JUDGE');

      // What the evaluation generated is what the judge sees: with other images in its place, it says something else.
      const maps = path.join(work, 'cache', 'maps', 'wasm');
      const folder = path.join(
        maps,
        (await readdir(maps)).find(name => name.startsWith('x_a_single2'))!,
      );
      const change = ({ results: { judge: seen } }: Awaited<ReturnType<typeof evaluate>>): number =>
        seen!.generators[0].scoreChange!.value;
      const first = results.judge!.generators[0].scoreChange!.value;
      const kept = await readdir(folder);
      expect(kept).toHaveLength(12);
      const black = new Float32Array((await readFile(path.join(folder, kept[0]))).length / 4 - 3);
      const store = new MapCache(maps);
      for (const name of kept) {
        await store.write(path.basename(folder), path.parse(name).name, { map: black, seconds: 0 });
      }
      expect(change(await evaluate('--judge', judge))).not.toBeCloseTo(first, 6);
      for (const name of kept.slice(4)) await rm(path.join(folder, name)); // generated again
      for (const name of kept.slice(0, 4)) await writeFile(path.join(folder, name), new Uint8Array(7)); // cut off
      expect(change(await evaluate('--judge', judge))).toBe(first);
      await rm(folder, { recursive: true });
      expect(change(await evaluate('--judge', judge, '--rescore'))).toBe(first); // put there by the evaluation
      expect(printed).toContain('judge: untrained');
      expect(await readFile(path.join(out(), 'report.html'), 'utf8')).toContain('before another classifier');
      const card = JSON.parse(await readFile(path.join(model, 'model-card.json'), 'utf8'));
      expect(card.generators.single2.figures.test.judge).toMatchObject({ id: 'untrained', version: '0.0.1' });

      await expect(evaluate('--judge', model)).rejects.toThrow(/the classifier that is judged itself/);
      const file = path.join(judge, 'model-card.json');
      const other = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...other, input: { ...other.input, equalise: false } }));
      await expect(evaluate('--judge', judge)).rejects.toThrow(/takes images of another kind/);
      await rm(judge, { recursive: true });
    },
  );
});
