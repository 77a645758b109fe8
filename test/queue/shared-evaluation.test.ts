import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untrainedPackage } from '../cli/untrained-package';
import { hasRedis, startRedis, type RunningProgram } from '../support/debian-programs';

const built = existsSync('dist/node/explain.js');
const images = 14;

interface RunningEvaluation {
  out: string;
  child: ChildProcess;
  /** What it wrote to standard error. */
  errors: () => string;
  end: Promise<number | null>;
}

describe.skipIf(!hasRedis || !built)('an evaluation that processes share (Debian redis-server)', () => {
  let folder: string;
  let model: string;
  let redis: RunningProgram;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'explain-shared-'));
    model = await untrainedPackage(['single2']);
    redis = await startRedis();
  }, 120_000);
  afterAll(async () => {
    running.forEach(child => child.kill('SIGKILL'));
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
    await rm(model, { recursive: true, force: true });
  });

  /** Runs the command in a process with a cache of its own, as on a machine of its own. */
  function evaluate(name: string, ...more: string[]): RunningEvaluation {
    const out = path.join(folder, name);
    const options = {
      model,
      out,
      cache: path.join(folder, `${name}-cache`),
      phantoms: images,
      seed: 3,
      workers: 1,
      resamples: 50,
      controls: 3,
      methods: 'similar-adversarial,gradcam',
      augment: 2,
      cases: 1,
    };
    const given = Object.entries(options).flatMap(([option, value]) => [`--${option}`, String(value)]);
    const child = spawn(process.execPath, ['bin/explain.js', 'evaluate', ...given, ...more], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.push(child);
    let errors = '';
    child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const end = new Promise<number | null>(resolve => child.once('close', resolve));
    return { out, child, errors: () => errors, end };
  }

  /** Figures in Redis, by the cases' places. */
  async function shared(client: Redis): Promise<Record<string, Buffer>> {
    const [key] = await client.keys('explain-evaluation:*:figures');
    return key === undefined ? {} : client.hgetallBuffer(key);
  }

  it(
    'one of them killed and started again, gives the report of a single one, but for times',
    { timeout: 300_000 },
    async () => {
      const client = new Redis(redis.url);
      const share = ['--queue', redis.url, '--lease', '2'];
      const killed = evaluate('killed', ...share);
      while (Object.keys(await shared(client)).length < 3)
        await new Promise(resolve => setTimeout(resolve, 50));
      killed.child.kill('SIGKILL');
      expect(await killed.end).toBeNull();
      const held = Object.keys(await shared(client)).length;
      expect(held).toBeLessThan(images);

      const other = evaluate('other', ...share);
      const again = evaluate('killed', ...share);
      for (const { end, errors } of [other, again]) expect(await end, errors()).toBe(0);

      const figures = await shared(client);
      expect(Object.keys(figures).length).toBe(images);
      await client.quit();

      const alone = evaluate('alone');
      expect(await alone.end, alone.errors()).toBe(0);
      const wanted = await report(alone.out);
      expect(wanted['maps.csv'].length).toBeGreaterThan(images);
      expect(await report(other.out)).toEqual(wanted);
      expect(await report(again.out)).toEqual(wanted);
    },
  );

  it('refuses a process that has other networks, and names them', { timeout: 180_000 }, async () => {
    const client = new Redis(redis.url);
    // Signs of killed processes.
    await client.flushall();
    const unlike = await untrainedPackage(['single2'], 7);
    const share = ['--queue', redis.url, '--methods', 'gradcam'];
    const first = evaluate('first', ...share);
    const sign = await signOfLife(client);
    expect(await first.end, first.errors()).toBe(0);
    // As a process that goes on living gives it.
    const living = setInterval(() => void sign.give().catch(() => undefined), 500);
    try {
      const second = evaluate('second', ...share, '--model', unlike);
      expect(await second.end).toBe(1);
      expect(second.errors()).toMatch(/files of the model package: [0-9a-f]{12} here, [0-9a-f]{12} there/);
    } finally {
      clearInterval(living);
      await client.quit();
      await rm(unlike, { recursive: true, force: true });
    }
  });
});

/** The sign of life of the process that works on an evaluation. */
async function signOfLife(client: Redis): Promise<{ give: () => Promise<unknown> }> {
  for (;;) {
    for (const key of await client.keys('explain-evaluation:*')) {
      if ((await client.type(key)) !== 'zset') continue;
      const [member] = await client.zrange(key, 0, -1);
      if (member === undefined) continue;
      return { give: async () => client.zadd(key, (await client.time())[0], member) };
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/** Everything that a report holds but times. */
async function report(out: string): Promise<Record<string, unknown[]>> {
  const text = (name: string): Promise<string> => readFile(path.join(out, name), 'utf8');
  const rows = async (name: string): Promise<unknown[]> => {
    const table: Record<string, string>[] = parse(await text(name), { columns: true });
    return table.map(row => Object.entries(row).filter(([column]) => !/seconds/.test(column)));
  };
  const results = JSON.parse(await text('results.json'), (name, value: unknown) =>
    /seconds|createdAt/i.test(name) ? undefined : value,
  ) as unknown;
  return {
    'results.json': [results],
    'maps.csv': await rows('maps.csv'),
    'images.csv': await rows('images.csv'),
    'tests.csv': await rows('tests.csv'),
    'report.html': pictures(await text('report.html')),
  };
}

/** Pictures in the page: those of the best and the worst image. */
function pictures(page: string): string[] {
  return [...page.matchAll(/data:image\/[^"]+/g)].map(([picture]) => picture);
}
