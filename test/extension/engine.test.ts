import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  EngineError,
  endsWorker,
  startEngine,
  type Engine,
  type Locks,
} from '../../src/extension/store/engine';

/** A worker whose messages a test sends. */
class FakeWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  onmessageerror: (() => void) | null = null;
  terminated = false;
  readonly posted: { id: number; name: string }[] = [];
  postMessage(message: { id: number; name: string }): void {
    this.posted.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(data: unknown): void {
    this.onmessage?.({ data });
  }
}

let worker: FakeWorker;
/** By the lock that was asked for: what happens once its holder is gone. */
let waiting: Map<string, () => void>;

beforeEach(() => {
  vi.useFakeTimers();
  worker = new FakeWorker();
  waiting = new Map();
});
afterEach(() => vi.useRealTimers());

async function start(lock?: string): Promise<Engine> {
  const request = (name: string, granted: () => void): Promise<void> => {
    waiting.set(name, granted);
    return new Promise(() => undefined);
  };
  const starting = startEngine('w.js', () => worker as unknown as Worker, { request } as unknown as Locks);
  worker.say({ type: 'ready', lock });
  return starting;
}

const minutes = (count: number): void => void vi.advanceTimersByTime(count * 60_000);
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
  const error = (await answer) as EngineError;
  expect(error).toBeInstanceOf(EngineError);
  expect(error.code).toBe('worker-lost');
  expect(endsWorker(error.code)).toBe(true);
  expect(error.message).toMatch(message);
  expect(worker.terminated).toBe(true);
}

test('a worker that the browser ends without an event fails its calls at once', async () => {
  const engine = await start('explain-worker-1');
  const answer = explain(engine);
  waiting.get('explain-worker-1')!();
  await expectLost(answer, /browser has ended the worker.*Press Explain/);
  expect(engine.alive).toBe(false);
  await expectLost(explain(engine), /browser has ended/);
});

test('a worker that stays silent is ended after its patience, an averaged explanation later', async () => {
  const engine = await start();
  const answer = explain(engine);
  minutes(14);
  expect(engine.alive).toBe(true);
  minutes(2);
  await expectLost(answer, /not answered for 15 minutes/);

  worker = new FakeWorker();
  const other = await start();
  const averaged = explain(other, 10);
  minutes(24);
  expect(other.alive).toBe(true);
  minutes(2);
  await expectLost(averaged, /not answered for 25 minutes/);
});

test('progress is a sign of life, and an idle worker may be silent', async () => {
  const engine = await start();
  const load = engine.call('load', { modelId: 'm' });
  const { id } = worker.posted[0];
  for (let k = 0; k < 5; k++) {
    minutes(4);
    worker.say({ type: 'progress', id, fraction: k / 5 });
  }
  expect(engine.alive).toBe(true);
  worker.say({ type: 'reply', id, reply: { seconds: 1 } });
  await expect(load).resolves.toEqual({ seconds: 1 });
  minutes(600);
  expect(engine.alive).toBe(true);
});

test('a worker that was ended on purpose is cancelled, whatever its lock says later', async () => {
  const engine = await start('l');
  const answer = explain(engine);
  engine.terminate();
  waiting.get('l')!();
  expect(await answer).toMatchObject({ code: 'cancelled' });
});
