import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { browserPort } from '../../src/workers/browser';
import type { Handlers } from '../../src/workers/calls';
import { WorkerEndedError, type RemoteError } from '../../src/workers/errors';
import { transfer } from '../../src/workers/port';
import { RemoteWorker } from '../../src/workers/remote-worker';
import { LinkedWorker } from './linked-worker';

interface Sums {
  sum: { request: Float32Array; reply: number; report: number };
  double: { request: { values: Float32Array }; reply: Float32Array };
  fail: { request: unknown; reply: void };
  hang: { request: void; reply: void };
  unsendable: { request: void; reply: unknown };
}

class CodedTestError extends RangeError {
  override name = 'CodedTestError';
  readonly code = 'too-far';
}

const handlers: Handlers<Sums> = {
  sum: (values, report) => values.reduce((total, value) => (report(total + value), total + value), 0),
  double: ({ values }) => {
    const doubled = values.map(value => 2 * value);
    return transfer(doubled, doubled.buffer);
  },
  fail: what => {
    throw what;
  },
  hang: () => new Promise(() => undefined),
  unsendable: () => () => undefined,
};

const words = { name: 'A summing worker', advice: 'Sum again.' };
let linked: LinkedWorker<Sums>;
const start = (worker = new LinkedWorker(handlers)): Promise<RemoteWorker<Sums>> => {
  linked = worker;
  return RemoteWorker.start<Sums>(browserPort(worker.asWorker(), undefined), words);
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const ended = async (answer: Promise<unknown>): Promise<WorkerEndedError> => {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(WorkerEndedError);
  return error as WorkerEndedError;
};

describe('a worker', () => {
  it('answers, and reports of a call reach that call alone', async () => {
    const worker = await start();
    expect(worker.state).toBe('started');
    const [first, second]: number[][] = [[], []];
    const answers = [
      worker.call('sum', Float32Array.of(1, 2, 3), { onReport: value => first.push(value) }),
      worker.call('sum', Float32Array.of(10, 20), { onReport: value => second.push(value) }),
    ];
    expect(await Promise.all(answers)).toEqual([6, 30]);
    expect([first, second]).toEqual([
      [1, 3, 6],
      [10, 30],
    ]);
  });

  it('fails a call with what its listener throws', async () => {
    const worker = await start();
    const full = new Error('no room for the report');
    const onReport = (): never => {
      throw full;
    };
    await expect(worker.call('sum', Float32Array.of(1), { onReport })).rejects.toBe(full);
    await expect(worker.call('sum', Float32Array.of(1))).resolves.toBe(1);
  });

  it('takes over what is marked, both ways, and copies the rest', async () => {
    const worker = await start();
    const [given, kept] = [Float32Array.of(1, 2), Float32Array.of(1, 2)];
    expect(await worker.call('double', transfer({ values: given }, given.buffer))).toEqual(
      Float32Array.of(2, 4),
    );
    expect(given.length).toBe(0);
    await worker.call('double', { values: kept });
    expect(kept.length).toBe(2);
  });

  it('throws with the name, message, code and trace of its error', async () => {
    const thrown = new CodedTestError('Out of range.');
    const worker = await start(
      new LinkedWorker<Sums>({
        ...handlers,
        fail: () => {
          throw thrown;
        },
      }),
    );
    const coded = (await worker.call('fail', null).catch((caught: unknown) => caught)) as RemoteError;
    expect([coded.name, coded.message, coded.code]).toEqual(['CodedTestError', 'Out of range.', 'too-far']);
    expect(coded.stack).toBe(thrown.stack);
    await expect(worker.call('sum', Float32Array.of(1))).resolves.toBe(1);
  });

  it('whose reply cannot be sent says so, and one that was asked what cannot be sent, too', async () => {
    const worker = await start();
    await expect(worker.call('unsendable', undefined)).rejects.toThrow(/could not be cloned/);
    await expect(worker.call('fail', () => undefined)).rejects.toThrow(/could not be cloned/);
    await expect(worker.call('sum', Float32Array.of(4))).resolves.toBe(4);
  });

  it('does one call after the other', async () => {
    const order: string[] = [];
    const slow = async (name: string): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise(resolve => queueMicrotask(() => resolve(undefined)));
      order.push(`${name} ends`);
    };
    const worker = await start(
      new LinkedWorker<Sums>({ ...handlers, hang: () => slow('first'), fail: () => slow('second') }),
    );
    await Promise.all([worker.call('hang', undefined), worker.call('fail', 0)]);
    expect(order).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('that crashes fails what was asked of it, and what is asked later, with the reason and what to do', async () => {
    const worker = await start();
    const answer = ended(worker.call('hang', undefined));
    linked.crash('it broke');
    const error = await answer;
    expect([error.ending, error.message]).toEqual([
      'lost',
      'A summing worker stopped (it broke). Sum again.',
    ]);
    expect(await ended(worker.call('sum', Float32Array.of(1)))).toBe(error);
    expect([worker.state, linked.terminated]).toEqual(['stopped', true]);
  });

  it('that is stopped fails what was asked of it, and whatever it says then is not heard', async () => {
    const worker = await start();
    const answer = ended(worker.call('hang', undefined));
    await worker.stop();
    linked.crash('late');
    expect((await answer).ending).toBe('stopped');
    expect(worker.state).toBe('stopped');
  });

  it('that is silent for longer than it may is ended, each report counting as a word', async () => {
    let report: (value: number) => void = () => undefined;
    const reporting = new LinkedWorker<Sums>({
      ...handlers,
      sum: (_, tell) => {
        report = tell;
        return new Promise(() => undefined);
      },
    });
    const worker = await start(reporting);
    const answer = ended(worker.call('sum', new Float32Array(0), { patienceMs: 60_000 }));
    for (let k = 0; k < 5; k++) {
      await vi.advanceTimersByTimeAsync(50_000);
      report(k);
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(worker.state).toBe('started');
    await vi.advanceTimersByTimeAsync(61_000);
    const error = await answer;
    expect([error.ending, error.message]).toEqual([
      'silent',
      'A summing worker has not answered for 60 s. Sum again.',
    ]);
  });

  it('with nothing to do may be silent, and a call without patience waits', async () => {
    const worker = await start();
    await worker.call('sum', Float32Array.of(1), { patienceMs: 1000 });
    const waiting = ended(worker.call('hang', undefined));
    await vi.advanceTimersByTimeAsync(1000 * 3600_000);
    expect(worker.state).toBe('started');
    await worker.stop();
    expect((await waiting).ending).toBe('stopped');
  });

  it('whose script does not load is ended in time, with the reason', async () => {
    const never = ended(start(new LinkedWorker(handlers, { loads: false })));
    await vi.advanceTimersByTimeAsync(61_000);
    const late = await never;
    expect([late.ending, late.message]).toEqual([
      'start',
      'A summing worker does not start: no answer within 60 s',
    ]);
    expect(linked.terminated).toBe(true);

    const broken = ended(start(new LinkedWorker(handlers, { loads: false })));
    linked.crash('');
    expect((await broken).message).toBe('A summing worker does not start: the script was not loaded');
  });

  it('that does not end once it is told to is told of', async () => {
    const port = browserPort(new LinkedWorker(handlers).asWorker(), undefined);
    const stubborn = { ...port, terminate: () => new Promise<void>(() => undefined) };
    const worker = await RemoteWorker.start<Sums>(stubborn, words);
    const stopping = worker.stop().catch((error: Error) => error.message);
    expect(worker.state).toBe('stopping');
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await stopping).toBe('A summing worker does not end: it was told to 60 s ago.');
  });
});
