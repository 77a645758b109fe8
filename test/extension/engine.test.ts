import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WasmMemoryError } from '../../src/backends/kernels/module';
import { endsWorker, Failure } from '../../src/extension/failure';
import { startEngine, type Engine } from '../../src/extension/store/engine';
import type { WorkerCalls } from '../../src/extension/worker/protocol';
import type { Locks } from '../../src/workers/browser';
import type { Handlers } from '../../src/workers/calls';
import { LinkedWorker } from '../workers/linked-worker';

let worker: LinkedWorker<WorkerCalls>;
/** By the lock that was asked for: what happens once its holder is gone. */
let waiting: Map<string, () => void>;

beforeEach(() => {
  vi.useFakeTimers();
  waiting = new Map();
});
afterEach(() => vi.useRealTimers());

const never = (): Promise<never> => new Promise(() => undefined);

async function start(handlers: Partial<Handlers<WorkerCalls>> = {}, lock?: string): Promise<Engine> {
  const request = (name: string, granted: () => void): Promise<void> => {
    waiting.set(name, granted);
    return never();
  };
  worker = new LinkedWorker({ explain: never, ...handlers } as Handlers<WorkerCalls>, { lock });
  return startEngine('w.js', () => worker.asWorker(), { request } as unknown as Locks);
}

const minutes = (count: number): Promise<unknown> => vi.advanceTimersByTimeAsync(count * 60_000);
const explain = (engine: Engine, count?: number): Promise<unknown> =>
  engine
    .call('explain', {
      key: 'a',
      image: {} as never,
      attributes: {},
      methodId: 'gradient',
      ...(count !== undefined && { augment: { count, seed: 0 } }),
    })
    .catch((error: unknown) => error);

async function expectLost(answer: Promise<unknown>, message: RegExp): Promise<void> {
  const error = (await answer) as Failure;
  expect(error).toBeInstanceOf(Failure);
  expect(error.code).toBe('worker-lost');
  expect(endsWorker(error.code)).toBe(true);
  expect(error.message).toMatch(message);
  expect(worker.terminated).toBe(true);
}

test('a worker that the browser ends without an event fails its calls at once', async () => {
  const engine = await start({}, 'explain-worker-1');
  const answer = explain(engine);
  waiting.get('explain-worker-1')!();
  await expectLost(answer, /ended by the browser.*Press Explain/);
  expect(engine.alive).toBe(false);
  await expectLost(explain(engine), /ended by the browser/);
});

test('a worker that stays silent is ended after its patience, an averaged explanation later', async () => {
  const engine = await start();
  const answer = explain(engine);
  await minutes(14);
  expect(engine.alive).toBe(true);
  await minutes(2);
  await expectLost(answer, /not answered for 15 minutes/);

  const other = await start();
  const averaged = explain(other, 10);
  await minutes(24);
  expect(other.alive).toBe(true);
  await minutes(2);
  await expectLost(averaged, /not answered for 25 minutes/);
});

test('progress is a sign of life, and an idle worker may be silent', async () => {
  let progress: (fraction: number) => void = () => undefined;
  let loaded: (reply: { seconds: number; keepsModels: boolean }) => void = () => undefined;
  const engine = await start({
    load: (_, report) => {
      progress = report;
      return new Promise(resolve => (loaded = resolve));
    },
  });
  const fractions: number[] = [];
  const load = engine.call('load', { modelId: 'm' }, fraction => fractions.push(fraction));
  for (let k = 0; k < 5; k++) {
    await minutes(4);
    progress(k / 5);
  }
  expect(engine.alive).toBe(true);
  loaded({ seconds: 1, keepsModels: true });
  await expect(load).resolves.toEqual({ seconds: 1, keepsModels: true });
  expect(fractions).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
  await minutes(600);
  expect(engine.alive).toBe(true);
});

test('a worker that was ended on purpose is cancelled, whatever its lock says later', async () => {
  const engine = await start({}, 'l');
  const answer = explain(engine);
  engine.terminate();
  waiting.get('l')!();
  expect(await answer).toMatchObject({ code: 'cancelled' });
});

test('what the worker throws arrives with its code, or with the code of what it tells of', async () => {
  const thrown: unknown[] = [
    Object.assign(new Error('cxr: weights are not the file that the card names.'), { code: 'hash' }),
    new RangeError('Array buffer allocation failed'),
    new WasmMemoryError('The heap is full: use a smaller batch.'),
    new WebAssembly.RuntimeError('unreachable'),
    Object.assign(new Error('elsewhere'), { code: 'ENOENT' }),
  ];
  const engine = await start({
    warmUp: () => {
      throw thrown.shift();
    },
  });
  const failure = (): Promise<Failure> =>
    engine.call('warmUp', {}).then(
      () => Promise.reject(new Error('answered')),
      (error: Failure) => error,
    );
  expect(await failure()).toMatchObject({ code: 'hash', message: expect.stringContaining('the card names') });
  expect(await failure()).toMatchObject({
    code: 'out-of-memory',
    message: expect.stringMatching(/ran out of memory \(Array buffer.*press Explain/),
  });
  // The kernels' own error, known by its name, whatever it says; their advice is for trainings.
  const full = await failure();
  expect(full.code).toBe('out-of-memory');
  expect(full.message).toMatch(/ran out of memory \(The heap is full\)\. Close other pages/);
  expect(endsWorker(full.code)).toBe(true);
  const trap = await failure();
  expect(trap).toMatchObject({ code: 'kernel-trap', message: 'unreachable' });
  expect(endsWorker(trap.code)).toBe(true);
  expect(await failure()).toMatchObject({ code: 'unexpected', message: 'elsewhere' });
});

test('a worker that does not load directly is tried through a blob, and both reasons are told', async () => {
  const tried: boolean[] = [];
  const broken = startEngine('https://x/explain-worker.js', (_url, viaBlob) => {
    tried.push(viaBlob);
    if (viaBlob) throw new Error('blobs are forbidden');
    const unloaded = new LinkedWorker({} as Handlers<WorkerCalls>, { loads: false });
    queueMicrotask(() => unloaded.crash('refused'));
    return unloaded.asWorker();
  });
  await expect(broken).rejects.toMatchObject({
    code: 'worker-start',
    message: expect.stringMatching(
      /explain-worker\.js does not start \(directly: refused; through a blob: blobs are forbidden\).*worker-src/,
    ),
  });
  expect(tried).toEqual([false, true]);
});
