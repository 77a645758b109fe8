import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runQueue, type InstanceAddress, type Outcome } from '../../src/pacs';
import { requireRedis } from '../../src/queue';
import { untrainedPackage } from '../cli/untrained-package';
import { hasRedis, startRedis, type RunningRedis } from '../support/debian-programs';
import { startServer } from '../viewer/test-server';
import { memoryLog, phantomFiles } from './fixtures';

const built = existsSync('dist/node/explain.js');
const count = 6;
/** What a process needs to end once the image in hand is finished, on a busy machine; milliseconds. */
const soon = 20_000;

/** @param then is called once so many are found */
async function* found(at = Infinity, then = async () => {}): AsyncGenerator<InstanceAddress> {
  for (let i = 0; i < count; i++) {
    if (i === at) await then();
    yield { studyUid: `1.2.${i}`, seriesUid: `1.3.${i}`, instanceUid: `1.4.${i}` };
  }
}

const explained: Outcome = { kind: 'explained', stored: 4, present: 0, cautions: [] };

describe.skipIf(!hasRedis)('work that is told to end while Redis is away (Debian redis-server)', () => {
  let redis: RunningRedis;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.stop());

  const leaves = [
    ['killed', () => redis.kill()],
    ['frozen', async () => redis.freeze()],
  ] as const;

  it.each(leaves)('ends once the image in hand is finished: %s', { timeout: 60_000 }, async (how, leave) => {
    const controller = new AbortController();
    let tellFound = (): void => undefined;
    const allFound = new Promise<void>(resolve => (tellFound = resolve));
    // The last one is added a moment after it was found.
    const search = found(count - 1, async () => void setTimeout(tellFound, 500));
    let finished = 0;
    let told = Infinity;
    const process = async (): Promise<Outcome> => {
      // The second one takes long enough for the signal to find it in hand.
      if (finished === 1) {
        await allFound;
        await leave();
        await new Promise(resolve => setTimeout(resolve, 1000));
        controller.abort();
        told = performance.now();
        await new Promise(resolve => setTimeout(resolve, 4000));
      }
      finished++;
      return explained;
    };
    const options = { url: redis.url, leaseMs: 60_000, attempts: 2 };
    const run = runQueue(search, process, memoryLog().log, how, options, { signal: controller.signal });
    await expect(run).rejects.toThrow(
      /^Told to end while Redis does not answer \(.+\): of 6 images found so far, 4 are not known to be done/,
    );
    expect(performance.now() - told).toBeLessThan(4000 + soon);
    expect(finished).toBe(2);
  });

  it('ends while images are being added', { timeout: 60_000 }, async () => {
    const controller = new AbortController();
    let told = Infinity;
    const search = found(3, async () => {
      await redis.kill();
      setTimeout(() => {
        controller.abort();
        told = performance.now();
      }, 1000);
    });
    const options = { url: redis.url, leaseMs: 60_000, attempts: 2 };
    const run = runQueue(search, async () => explained, memoryLog().log, 'adding', options, {
      signal: controller.signal,
    });
    await expect(run).rejects.toThrow(/^Told to end while Redis does not answer/);
    expect(performance.now() - told).toBeLessThan(soon);
  });

  it('is not begun where Redis takes the connection and never answers', { timeout: 60_000 }, async () => {
    redis.freeze();
    await expect(requireRedis(redis.url)).rejects.toThrow(/cannot be reached \(no answer in time\)/);
  });

  it('has Redis know of the image in hand where that is there', { timeout: 60_000 }, async () => {
    const controller = new AbortController();
    const process = async (): Promise<Outcome> => {
      controller.abort();
      return explained;
    };
    const options = { url: redis.url, leaseMs: 60_000, attempts: 2 };
    const tally = await runQueue(found(), process, memoryLog().log, 'there', options, {
      signal: controller.signal,
    });
    const { default: Redis } = await import('ioredis');
    const client = new Redis(redis.url);
    expect(tally.explained).toBeGreaterThan(0);
    expect(await client.zcard('bull:there:completed')).toBe(tally.explained);
    expect(await client.llen('bull:there:active')).toBe(0);
    client.disconnect();
  });
});

describe.skipIf(!hasRedis || !built)('explain pacs --queue (needs npm run build)', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await untrainedPackage();
    return () => rmSync(folder, { recursive: true, force: true });
  }, 240_000);

  it('whose Redis has gone away ends soon after it is told to', { timeout: 240_000 }, async () => {
    const redis = await startRedis();
    const server = await startServer(await phantomFiles(count), { uploadLimit: 2 ** 26 });
    try {
      const args = ['pacs', server.web, '--model', folder, '--queue', redis.url];
      const child = spawn(process.execPath, [path.resolve('bin/explain.js'), ...args]);
      let said = '';
      let told: number | undefined;
      child.stderr.on('data', chunk => (said += chunk));
      child.stdout.on('data', chunk => {
        said += chunk;
        if (told !== undefined || !/"explained","image/.test(said)) return;
        told = Infinity;
        const tell = (): void => {
          told = performance.now();
          child.kill('SIGTERM');
        };
        void redis.kill().then(() => setTimeout(tell, 3000));
      });
      const code = await new Promise<number | null>(resolve => child.once('close', resolve));
      expect(performance.now() - told!).toBeLessThan(soon);
      expect(code, said).toBe(1);
      expect(said).toMatch(
        /"aborted","reason":"Told to end while Redis does not answer \(.+\): of \d images found so far, \d are/,
      );
    } finally {
      await server.close();
      await redis.stop();
    }
  });
});
