import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imageName, runQueue, type InstanceAddress, type Outcome } from '../../src/pacs';
import { untrainedPackage } from '../cli/untrained-package';
import { hasRedis, startRedis, type RunningRedis } from '../support/debian-programs';
import { startServer } from '../viewer/test-server';
import { census, memoryLog, phantomFiles } from './fixtures';

const count = 20;
const images: InstanceAddress[] = Array.from({ length: count }, (_, i) => ({
  studyUid: `1.2.${i}`,
  seriesUid: `1.3.${i}`,
  instanceUid: `1.4.${i}`,
}));

/** An archive in memory: what was explained, and how often. */
class Archive {
  readonly explained = new Map<string, number>();
  private readonly waiting: { after: number; tell: () => void }[] = [];

  /** Work on one image, which takes a while. */
  readonly process = async (address: InstanceAddress): Promise<Outcome> => {
    await new Promise(resolve => setTimeout(resolve, 60));
    const name = imageName(address);
    const before = this.explained.get(name) ?? 0;
    this.explained.set(name, before + 1);
    this.waiting.filter(({ after }) => this.explained.size >= after).forEach(({ tell }) => tell());
    return before > 0 ? { kind: 'already-done' } : { kind: 'explained', stored: 4, present: 0, cautions: [] };
  };

  /** Once so many images are done. */
  after(done: number): Promise<void> {
    return new Promise(tell => this.waiting.push({ after: done, tell }));
  }
}

/** A search that calls back once it has found so many. */
async function* found(
  at = Infinity,
  then: () => Promise<void> = async () => {},
): AsyncGenerator<InstanceAddress> {
  for (const [i, image] of images.entries()) {
    if (i === at) await then();
    yield image;
  }
}

describe.skipIf(!hasRedis)('a Redis that is killed (Debian redis-server)', () => {
  let redis: RunningRedis;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.stop());

  const options = () => ({ url: redis.url, leaseMs: 5000, attempts: 3 });
  async function bounce(awayMs = 300): Promise<void> {
    await redis.kill();
    await new Promise(resolve => setTimeout(resolve, awayMs));
    await redis.restart();
  }

  it('in mid-run, and comes back empty, loses no image', { timeout: 60_000 }, async () => {
    const archive = new Archive();
    const { log, text } = memoryLog();
    const killed = archive.after(4).then(() => bounce());
    const tally = await runQueue(found(), archive.process, log, 'mid-run', options());
    await killed;
    expect(archive.explained.size).toBe(count);
    expect(tally).toMatchObject({ explained: count, failed: 0 });
    expect(text()).toMatch(/"event":"queued-again","images":\d+/);
  });

  it('again and again loses no image', { timeout: 120_000 }, async () => {
    const archive = new Archive();
    const { log } = memoryLog();
    const kills = [3, 9, 15].map(done => archive.after(done));
    const killed = kills.reduce(
      (before, at) => before.then(() => at).then(() => bounce()),
      Promise.resolve(),
    );
    const tally = await runQueue(found(), archive.process, log, 'again', options());
    await killed;
    expect(archive.explained.size).toBe(count);
    expect(tally).toMatchObject({ explained: count, failed: 0 });
  });

  it('while images are being added loses no image', { timeout: 60_000 }, async () => {
    const archive = new Archive();
    const { log } = memoryLog();
    let back: Promise<void> = Promise.resolve();
    const search = found(12, async () => {
      await redis.kill();
      // The search goes on, and what it finds is added while nobody answers.
      back = new Promise<void>(resolve => setTimeout(resolve, 1500)).then(() => redis.restart());
    });
    const tally = await runQueue(search, archive.process, log, 'mid-add', options());
    await back;
    expect(archive.explained.size).toBe(count);
    expect(tally).toMatchObject({ explained: count, failed: 0 });
  });

  it('under two workers loses no image', { timeout: 60_000 }, async () => {
    const archive = new Archive();
    const killed = archive.after(5).then(() => bounce());
    const tallies = await Promise.all(
      [0, 1].map(() => runQueue(found(), archive.process, memoryLog().log, 'two', options())),
    );
    await killed;
    expect(archive.explained.size).toBe(count);
    expect(tallies[0].explained + tallies[1].explained).toBe(count);
    expect(tallies[0].failed + tallies[1].failed).toBe(0);
  });

  it('and stays away ends the run, which names how many images are undone', { timeout: 60_000 }, async () => {
    const archive = new Archive();
    const killed = archive.after(4).then(() => redis.kill());
    const running = runQueue(found(), archive.process, memoryLog().log, 'away', {
      ...options(),
      patienceMs: 1500,
    });
    const error = await running.then(
      () => undefined,
      (reason: Error) => reason.message,
    );
    await killed;
    const undone = Number(/of 20 images found so far, (\d+) are not known to be done/.exec(error ?? '')?.[1]);
    expect(undone).toBe(count - archive.explained.size);
    expect(undone).toBeGreaterThan(10);
    // The next run, with a Redis again, does the rest.
    await redis.restart();
    const rest = await runQueue(found(), archive.process, memoryLog().log, 'away', options());
    expect(rest).toMatchObject({ explained: undone, alreadyDone: count - undone });
  });

  it('with an append-only file forgets nothing', { timeout: 60_000 }, async () => {
    const lasting = await startRedis(true);
    try {
      const archive = new Archive();
      const { log, text } = memoryLog();
      const killed = archive.after(4).then(async () => {
        await lasting.kill();
        await lasting.restart();
      });
      const tally = await runQueue(found(), archive.process, log, 'aof', { ...options(), url: lasting.url });
      await killed;
      expect(tally).toMatchObject({ explained: count, failed: 0 });
      expect(text()).not.toContain('queued-again');
    } finally {
      await lasting.stop();
    }
  });

  it('keeps nothing but identifiers of images, however one failed', { timeout: 60_000 }, async () => {
    const failing = async (): Promise<Outcome> => {
      throw new Error('Doe^Jane');
    };
    const { log, text } = memoryLog();
    const tally = await runQueue(found(), failing, log, 'failing', { ...options(), attempts: 1 });
    expect(tally.failed).toBe(count);
    const { default: Redis } = await import('ioredis');
    const client = new Redis(redis.url);
    const dump: string[] = [];
    for (const key of await client.keys('*')) {
      const type = await client.type(key);
      if (type === 'hash') dump.push(JSON.stringify(await client.hgetall(key)));
      if (type === 'stream') dump.push(JSON.stringify(await client.xrange(key, '-', '+')));
    }
    client.disconnect();
    expect(dump.join()).toContain('1.4.3');
    expect(dump.join() + text()).not.toMatch(/Doe|Jane/);
  });
});

const built = existsSync('dist/node/explain.js');

describe.skipIf(!hasRedis || !built)('explain pacs --queue (needs npm run build)', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await untrainedPackage();
    return () => rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it(
    'whose Redis is killed in mid-run and comes back empty ends with all results',
    { timeout: 180_000 },
    async () => {
      const redis = await startRedis();
      const server = await startServer(await phantomFiles(6), { uploadLimit: 2 ** 26 });
      try {
        const args = ['pacs', server.web, '--model', folder, '--queue', redis.url, '--lease', '5'];
        const child = spawn(process.execPath, [path.resolve('bin/explain.js'), ...args]);
        let said = '';
        let killed: Promise<void> | undefined;
        child.stderr.on('data', chunk => (said += chunk));
        child.stdout.on('data', chunk => {
          said += chunk;
          if (/"explained","image/.test(said)) killed ??= redis.kill().then(() => redis.restart());
        });
        const code = await new Promise<number | null>(resolve => child.once('close', resolve));
        await killed;
        expect(said).toMatch(/"queued-again"/);
        expect(code, said).toBe(0);
        expect(await census(server.web)).toMatchObject({ instances: 5 * 6 });
      } finally {
        await server.close();
        await redis.stop();
      }
    },
  );
});
