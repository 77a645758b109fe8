import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { loadModelPackage } from '../../src/models/package';
import { seededRandom } from '../../src/models/random';
import { readCheckpoint } from '../../src/training/checkpoint';
import { folderReader } from '../../src/io/folder-reader';
import { withLock } from '../../src/io/lock';

// Inside the repository, so that the bundle finds its packages.
const bundle = path.resolve('dist', `training-test-${process.pid}`);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'training-'));
  await writeFile(path.join(folder, 'about.json'), JSON.stringify({ card: about }));
  await writeData(path.join(folder, 'data'));
  await build({
    entryPoints: {
      explain: 'src/cli/explain.ts',
      'training-worker': 'src/training/worker.ts',
      'preparation-worker': 'src/datasets/preparation-worker.ts',
    },
    outdir: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    loader: { '.py': 'text' },
    logLevel: 'warning',
  });
}, 240_000);

afterAll(async () => {
  await rm(bundle, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

/** A data folder of easy images: positives smooth, negatives noise. */
async function writeData(data: string): Promise<void> {
  await mkdir(path.join(data, 'images'), { recursive: true });
  const tables = {
    labels: ['image,label,quality,patient,split'],
    metadata: ['image,view,sex,age,collection'],
  };
  for (let k = 0; k < 32; k++) {
    const random = seededRandom(k);
    const smooth = k % 2 === 1;
    const pixels = Uint8Array.from({ length: 64 * 64 }, (_, i) =>
      smooth ? 2 * (i % 64) + Math.floor(i / 64) + k : 255 * random(),
    );
    const image = sharp(pixels, { raw: { width: 64, height: 64, channels: 1 } });
    await image.toFile(path.join(data, 'images', `${k}.png`));
    tables.labels.push(`${k}.png,${Number(smooth)},text,p${k},${k < 20 ? 'train' : 'val'}`);
    tables.metadata.push(`${k}.png,PA,F,50,c`);
  }
  await writeFile(path.join(data, 'labels.csv'), tables.labels.join('\n'));
  await writeFile(path.join(data, 'metadata.csv'), tables.metadata.join('\n'));
  await writeFile(
    path.join(data, 'boxes.csv'),
    'image,x,y,width,height,source,finding\n1.png,256,256,512,512,rsna,Lung Opacity\n',
  );
}

const about = {
  id: 'tiny',
  version: '0.0.1',
  title: 'Tiny',
  researchUseNotice: 'Test only.',
  intendedUse: 'Tests of training.',
  weightsTerms: 'None.',
  classes: [{ name: 'no opacity' }, { name: 'opacity' }],
  applicability: {
    modalities: ['DX'],
    bodyParts: [],
    views: [],
    photometric: [],
    minRows: 32,
    minColumns: 32,
    minAgeYears: 0,
    maxAgeYears: 120,
    phantomOnly: true,
  },
};

/** Options of `train classifier`: 24 steps of 4 images in 2 epochs, a checkpoint every 10 steps and after each epoch. */
function classifierArguments(name: string, ...more: string[]): string[] {
  return [
    ...[
      'train',
      'classifier',
      '--data',
      path.join(folder, 'data'),
      '--about',
      path.join(folder, 'about.json'),
    ],
    ...['--out', path.join(folder, name), '--work', path.join(folder, `${name}-work`)],
    ...['--cache', path.join(folder, 'cache'), '--size', '64', '--width', '4', '--workers', '2'],
    ...['--batch', '4', '--micro-batch', '2', '--epochs', '2', '--images-per-epoch', '48'],
    ...['--learning-rate', '0.003', '--average-decay', '0.5', '--painted-share', '0'],
    ...['--checkpoint-minutes', '0', '--seed', '3', ...more],
  ];
}

function generatorArguments(name: string, ...more: string[]): string[] {
  return [
    ...['train', 'generator', '--data', path.join(folder, 'data'), '--kind', 'single2'],
    ...['--out', path.join(folder, name), '--work', path.join(folder, `${name}-generator-work`)],
    ...['--cache', path.join(folder, 'cache'), '--width', '4', '--levels', '3', '--workers', '2'],
    ...['--batch', '2', '--micro-batch', '1', '--epochs', '1', '--images-per-epoch', '24'],
    ...['--checkpoint-minutes', '0', '--seed', '3', ...more],
  ];
}

interface Outcome {
  code: number | null;
  errors: string;
}

/**
 * Runs the command to its end, or until `killWhen` comes true: then it is ended without warning.
 *
 * @param largestFile bytes that a file may grow to, about
 */
async function explain(
  args: string[],
  { killWhen, largestFile }: { killWhen?: () => Promise<boolean>; largestFile?: number } = {},
): Promise<Outcome> {
  // The limit is in blocks of 512 bytes, or of 1024 in some shells.
  const blocks = largestFile === undefined ? 'unlimited' : String(Math.floor(largestFile / 1024));
  const command = [process.execPath, path.join(bundle, 'explain.js'), ...args];
  const child = spawn('sh', ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh', ...command]);
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const ended = new Promise<number | null>(resolve => child.on('close', code => resolve(code)));
  while (killWhen && child.exitCode === null) {
    if (await killWhen()) child.kill('SIGKILL');
    await wait(5);
    if (child.killed) break;
  }
  return { code: await ended, errors };
}

const weights = (name: string, part = 'classifier'): Promise<Buffer> =>
  readFile(path.join(folder, name, part, 'weights.bin'));

describe('a training', () => {
  it('killed and resumed, even with a torn checkpoint, ends with the weights of one that was not', async () => {
    const whole = await explain(classifierArguments('whole'));
    expect(whole.errors).toContain('Wrote');
    expect(whole.code).toBe(0);

    const work = path.join(folder, 'killed-work');
    const twoCheckpoints = async (): Promise<boolean> => existsSync(path.join(work, 'previous.ckpt'));
    const killed = await explain(classifierArguments('killed'), { killWhen: twoCheckpoints });
    expect(killed.code).toBeNull();
    expect(existsSync(path.join(folder, 'killed'))).toBe(false);
    // What it held keeps no other one out.
    expect(existsSync(path.join(work, '.training.lock'))).toBe(true);

    const last = path.join(work, 'last.ckpt');
    if (existsSync(last)) await truncate(last, (await stat(last)).size - 100);
    const checkpoint = await readCheckpoint(work, () => {});
    expect(checkpoint?.header.step).toBeGreaterThan(0);
    expect(checkpoint?.header.step).toBeLessThan(24);

    // A full disk: no file may grow to the size of a checkpoint.
    const kept = await readFile(path.join(work, 'previous.ckpt'));
    const full = await explain(classifierArguments('killed'), { largestFile: kept.length / 2 });
    expect(full.code).toBe(1);
    expect(full.errors).toMatch(/no room for the checkpoint of step \d+/);
    expect((await readFile(path.join(work, 'previous.ckpt'))).equals(kept)).toBe(true);

    const resumed = await explain(classifierArguments('killed'));
    expect(resumed.code).toBe(0);
    expect(resumed.errors).toMatch(/Going on from step \d+ of 24/);
    expect((await weights('killed')).equals(await weights('whole'))).toBe(true);
    const cards = await Promise.all(
      ['killed', 'whole'].map(name => readFile(path.join(folder, name, 'model-card.json'), 'utf8')),
    );
    expect(cards[0]).toBe(cards[1]);
  }, 480_000);

  it('started again after its end only writes its package again', async () => {
    const before = await weights('whole');
    await rm(path.join(folder, 'whole'), { recursive: true });
    const again = await explain(classifierArguments('whole'));
    expect(again.errors).toContain('Going on from step 24 of 24');
    expect((await weights('whole')).equals(before)).toBe(true);
  }, 240_000);

  it('keeps a log of steps, epochs and failures, and a page that needs nothing else', async () => {
    const text = await readFile(path.join(folder, 'killed-work', 'log.jsonl'), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { event: string; step: number; message?: string });
    const events = lines.map(line => line.event);
    expect(events.filter(event => event === 'start')).toHaveLength(3);
    expect(events.at(-1)).toBe('end');
    expect(lines.find(line => line.event === 'failed')?.message).toMatch(/no room/);
    const epoch = lines.filter(line => line.event === 'epoch').at(-1);
    expect(epoch).toMatchObject({ step: 24, auc: expect.any(Number), trainingLoss: expect.any(Number) });
    expect(lines.find(line => line.event === 'steps')).toMatchObject({ learningRate: expect.any(Number) });
    const page = await readFile(path.join(folder, 'killed-work', 'training.html'), 'utf8');
    expect(page).toContain('2 epochs done');
    expect(page).not.toMatch(/<script|src="http|href=/);
  });

  it('whose loss breaks says which term, and how to go on', async () => {
    const broken = await explain(classifierArguments('broken', '--learning-rate', '1e30'));
    expect(broken.code).toBe(1);
    expect(broken.errors).toMatch(/loss term "loss" became NaN.*Lower the learning rate/);
    expect(existsSync(path.join(folder, 'broken'))).toBe(false);
  }, 240_000);

  it('is not begun in a folder that another one is training in, and names both', async () => {
    const work = path.join(folder, 'taken-work');
    let refused: Outcome | undefined;
    await withLock(
      path.join(work, '.training.lock'),
      () => {},
      async () => {
        refused = await explain(classifierArguments('taken'));
      },
    );
    expect(refused!.code).toBe(1);
    expect(refused!.errors).toContain(
      `Process ${process.pid} on ${hostname()} is training in ${work}. Wait for its end, or name another --work folder.`,
    );
    expect(await readdir(work)).toEqual([]);
  }, 240_000);

  it('of other settings is not taken up, and says so', async () => {
    const other = await explain(classifierArguments('whole', '--learning-rate', '0.01'));
    expect(other.code).toBe(1);
    expect(other.errors).toMatch(/holds a training with other settings.*--work/);
  }, 240_000);

  it('of other data is not taken up, and says so', async () => {
    const data = path.join(folder, 'other-data');
    await cp(path.join(folder, 'data'), data, { recursive: true });
    const labels = await readFile(path.join(data, 'labels.csv'), 'utf8');
    await writeFile(path.join(data, 'labels.csv'), labels.replace('3.png,1,', '3.png,0,'));
    const options = classifierArguments('whole').map(each =>
      each === path.join(folder, 'data') ? data : each,
    );
    const other = await explain(options);
    expect(other.code).toBe(1);
    expect(other.errors).toMatch(/holds a training on other data.*--work/);
  }, 240_000);

  it('of a generator adds to the package, which then loads with hashes that fit', async () => {
    const trained = await explain(generatorArguments('whole'));
    expect(trained.errors).toContain('Added single2');
    expect(trained.code).toBe(0);
    await prepareNodeBackend('wasm');
    const { card, classifier, generators } = await loadModelPackage(folderReader(path.join(folder, 'whole')));
    expect(card.defaultGenerator).toBe('single2');
    expect(card.generators.single2?.training).toMatchObject({ kind: 'generator', weightDistance: 0.002 });
    expect(classifier.outputs[0].shape).toEqual([null, 1]);
    expect(generators.single2?.outputs).toHaveLength(2);
  }, 240_000);

  it('of a mask generator by the paper’s schedule is another entry of the package', async () => {
    const trained = await explain([
      ...generatorArguments('whole', '--kind', 'mask', '--id', 'mask-paper', '--schedule', 'paper'),
      ...['--work', path.join(folder, 'mask-work')],
    ]);
    expect(trained.errors).toContain('Added mask-paper');
    const { card } = await loadModelPackage(folderReader(path.join(folder, 'whole')), { generators: [] });
    expect(card.defaultGenerator).toBe('single2');
    expect(card.generators['mask-paper']).toMatchObject({
      kind: 'mask',
      training: {
        schedule: { learningRate: 1e-4, averageDecay: 0, plateau: { patience: 3, factor: 3, stopAfter: 10 } },
      },
    });
    const page = await readFile(path.join(folder, 'mask-work', 'training.html'), 'utf8');
    expect(page).toContain('outside the mask');
    expect(page).toContain('data:image/jpeg;base64,');
  }, 240_000);

  it('refuses a preset that is made for another generator', async () => {
    const wrong = await explain(generatorArguments('whole', '--preset', 'duo-tv'));
    expect(wrong.code).toBe(1);
    expect(wrong.errors).toContain('--preset duo-tv is for a generator of the kind duo, not single2');
  }, 240_000);

  it('of a generator, killed and resumed, ends with the same weights', async () => {
    await mkdir(path.join(folder, 'twin'));
    await cp(path.join(folder, 'whole', 'classifier'), path.join(folder, 'twin', 'classifier'), {
      recursive: true,
    });
    const card = JSON.parse(await readFile(path.join(folder, 'whole', 'model-card.json'), 'utf8'));
    delete card.defaultGenerator;
    const files = Object.fromEntries(
      Object.entries(card.files).filter(([file]) => file.startsWith('classifier/')),
    );
    const text = JSON.stringify({ ...card, generators: {}, files });
    await writeFile(path.join(folder, 'twin', 'model-card.json'), text);
    const last = path.join(folder, 'twin-generator-work', 'last.ckpt');
    const killed = await explain(generatorArguments('twin'), { killWhen: async () => existsSync(last) });
    expect(killed.code).toBeNull();
    const resumed = await explain(generatorArguments('twin'));
    expect(resumed.errors).toMatch(/Going on from step \d+ of 12/);
    const part = 'generators/single2';
    expect((await weights('twin', part)).equals(await weights('whole', part))).toBe(true);
  }, 480_000);
});
