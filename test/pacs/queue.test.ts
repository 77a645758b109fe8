import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import type { ModelPackage } from '../../src/models/package';
import { queueName, runQueue } from '../../src/pacs';
import { untrainedPackage } from '../cli/untrained-package';
import {
  hasOrthanc,
  hasRedis,
  startOrthanc,
  startRedis,
  type RunningProgram,
} from '../support/debian-programs';
import {
  census,
  fill,
  imagesOf,
  memoryLog,
  openUntrained,
  phantomFiles,
  startFake,
  taskFor,
} from './fixtures';

const command = path.resolve('bin/explain.js');
const built = existsSync('dist/node/explain.js');
const count = 4;

/** One explanation of each image: a segmentation, a map, a picture and a report, in whosever hands it was made. */
const complete = {
  instances: 5 * count,
  modalities: expect.objectContaining({ SEG: count, OT: 2 * count, SR: count }),
};

describe.skipIf(!hasRedis || !hasOrthanc)('workers that share a queue (Debian redis-server, orthanc)', () => {
  let folder: string;
  let model: ModelPackage;
  let redis: RunningProgram;
  let orthanc: RunningProgram;
  let archive: string;
  const ends: (() => void)[] = [];

  beforeAll(async () => {
    folder = await untrainedPackage();
    model = await openUntrained(folder);
    redis = await startRedis();
    orthanc = await startOrthanc();
    archive = `${orthanc.url}/dicom-web`;
    await fill(archive, await phantomFiles(count));
  }, 120_000);
  afterEach(async () => {
    ends.splice(0).forEach(end => end());
    await emptyOfResults();
  });
  afterAll(async () => {
    model?.dispose();
    await redis?.stop();
    await orthanc?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Removes every result, so that each test begins with the images alone. */
  async function emptyOfResults(): Promise<void> {
    const query = { Level: 'Series', Expand: true, Query: { Modality: 'SEG\\OT\\SR' } };
    const found = await fetch(`${orthanc.url}/tools/find`, { method: 'POST', body: JSON.stringify(query) });
    for (const { ID } of await found.json()) await fetch(`${orthanc.url}/series/${ID}`, { method: 'DELETE' });
  }

  it('do each image once between them', { timeout: 120_000 }, async () => {
    const work = () => {
      const { task, run } = taskFor(archive, model);
      const { log } = memoryLog();
      const options = { url: redis.url, leaseMs: 20_000, attempts: 2 };
      return runQueue(imagesOf(archive), run, log, queueName(task, archive), options);
    };
    const tallies = await Promise.all([work(), work()]);
    expect(tallies[0].explained + tallies[1].explained).toBe(count);
    expect(tallies[0].failed + tallies[1].failed).toBe(0);
    expect(await census(archive)).toEqual(complete);
  });

  it('count a failure once, after all tries', { timeout: 60_000 }, async () => {
    const { task } = taskFor(archive, model);
    const { log, text } = memoryLog();
    let tries = 0;
    const failing = async (): Promise<never> => {
      tries++;
      throw new Error('broken');
    };
    const options = { url: redis.url, leaseMs: 20_000, attempts: 2 };
    const tally = await runQueue(imagesOf(archive), failing, log, queueName(task, 'failing'), options, {
      limit: 1,
    });
    expect([tries, tally.failed]).toEqual([2, 1]);
    expect(text()).toMatch(/"failed".*Unexpected: Error/);
    expect(text()).not.toContain('broken');
  });

  it('say when Redis is not there', async () => {
    const { task, run } = taskFor(archive, model);
    const options = { url: 'redis://127.0.0.1:1', leaseMs: 1000, attempts: 1 };
    await expect(
      runQueue(imagesOf(archive), run, memoryLog().log, queueName(task, archive), options),
    ).rejects.toThrow(/Redis that --queue names cannot be reached \(ECONNREFUSED\)/);
  });

  // Where the answer to the killed worker's storing got lost, its objects are in the archive already.
  it.skipIf(!built).each([
    ['before its results were stored', false],
    ['after its results were stored', true],
  ])('take over from one that is killed %s', { timeout: 180_000 }, async (_when, isStored) => {
    const { url, held } = await holdFirstStore(isStored);
    const first = startWorker(url);
    await held;
    first.child.kill('SIGKILL');
    await first.ended;
    const second = startWorker(url);
    expect(await second.ended).toBe(0);
    const events = second
      .output()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const times = (name: string): number => events.filter(({ event }) => event === name).length;
    // An image queued again while another worker had it is found done, as often as that happens.
    expect(times('explained')).toBe(isStored ? count - 1 : count);
    expect(times('already-done')).toBeGreaterThanOrEqual(isStored ? 1 : 0);
    expect(times('failed')).toBe(0);
    expect(await census(archive)).toEqual(complete);
  });

  /** A way to the archive on which the first attempt to store gets no answer. */
  async function holdFirstStore(isStored: boolean): Promise<{ url: string; held: Promise<void> }> {
    let tellHeld: () => void = () => undefined;
    const held = new Promise<void>(resolve => (tellHeld = resolve));
    let isFirst = true;
    const { url, close } = await startFake((incoming, outgoing, body) => {
      const hold = isFirst && incoming.method === 'POST';
      if (hold) isFirst = false;
      if (hold && !isStored) return tellHeld();
      forward(incoming, body, answer => {
        if (hold) return tellHeld();
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
    });
    ends.push(close);
    return { url, held };
  }

  function forward(incoming: IncomingMessage, body: Buffer, then: (answer: IncomingMessage) => void): void {
    const { hostname, port } = new URL(orthanc.url);
    const { method, headers, url } = incoming;
    request({ hostname, port, method, headers, path: url }, then).end(body);
  }

  function startWorker(url: string): {
    child: ChildProcess;
    ended: Promise<number | null>;
    output: () => string;
  } {
    const args = [
      'pacs',
      url,
      '--model',
      folder,
      '--queue',
      redis.url,
      '--lease',
      '3',
      '--log-level',
      'debug',
    ];
    const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', chunk => (output += chunk));
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve));
    ends.push(() => child.kill('SIGKILL'));
    return { child, ended, output: () => output };
  }
});
