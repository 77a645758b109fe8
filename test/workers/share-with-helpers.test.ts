import { expect, it } from 'vitest';
import { shareWithHelpers, type Helper } from '../../src/workers/share-with-helpers';

const jobs = Array.from({ length: 12 }, (_, i) => i);
const squares = jobs.map(job => job * job);
const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
const square = async (job: number): Promise<number> => {
  await pause(2);
  return job * job;
};

it('results stand in the order of the jobs, whoever was first', async () => {
  const slow: Helper<number, number> = async job => {
    await pause(7);
    return job * job;
  };
  const { results, helped, failures } = await shareWithHelpers(jobs, square, [
    Promise.resolve(square),
    Promise.resolve(slow),
  ]);
  expect(results).toEqual(squares);
  expect(helped).toBeGreaterThan(2);
  expect(failures).toEqual([]);
});

it('every job is done once', async () => {
  const done: number[] = [];
  const noting = (job: number): Promise<number> => {
    done.push(job);
    return square(job);
  };
  await shareWithHelpers(jobs, noting, [Promise.resolve(noting), Promise.resolve(noting)]);
  expect(done.sort((a, b) => a - b)).toEqual(jobs);
});

it('a helper has a second job before it is done with the first, but for the last ones', async () => {
  const asked: number[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>(resolve => (release = resolve));
  const holding: Helper<number, number> = async job => {
    asked.push(job);
    await held;
    return job * job;
  };
  const here = async (job: number): Promise<number> => {
    // While this thread works on its first, the helper has two.
    if (asked.length === 2) release();
    return square(job);
  };
  expect((await shareWithHelpers(jobs, here, [Promise.resolve(holding)])).results).toEqual(squares);
  expect(asked.slice(0, 2)).toEqual([0, 1]);

  const single: number[] = [];
  const noting: Helper<number, number> = job => {
    single.push(job);
    return square(job);
  };
  await shareWithHelpers([4, 5], square, [Promise.resolve(noting)]);
  expect(single).toEqual([4]);
});

it('no helper takes one of the last jobs while it has another: this thread would begin it sooner', async () => {
  const lengths = [30, 20, 30, 20];
  for (const helpers of [1, 2, 3]) {
    const asked: number[][] = [];
    const results = await shareWithHelpers(
      [0, 1, 2, 3],
      // As work on the wasm backend does, it lets nobody else in.
      async job => {
        const end = performance.now() + lengths[job];
        while (performance.now() < end);
        return job;
      },
      Array.from({ length: helpers }, async (_, k): Promise<Helper<number, number>> => {
        asked[k] = [];
        let before: Promise<void> = Promise.resolve();
        return async job => {
          asked[k].push(job);
          await (before = before.then(() => pause(lengths[job])));
          return job;
        };
      }),
    );
    expect(results).toMatchObject({ results: [0, 1, 2, 3], failures: [] });
    if (helpers === 1) expect(asked).toEqual([[0, 1]]);
    else expect(asked.map(([first]) => first)).toEqual(asked.map((_, k) => k));
  }
});

it('nobody waits for a helper that is still starting', async () => {
  const never = new Promise<Helper<number, number>>(() => undefined);
  expect(await shareWithHelpers(jobs, square, [never])).toEqual({
    results: squares,
    helped: 0,
    failures: [],
  });
});

it('a helper that comes later takes its share of what is left', async () => {
  const late = pause(10).then(() => square);
  const { results, helped } = await shareWithHelpers(jobs, square, [late]);
  expect(results).toEqual(squares);
  expect(helped).toBeGreaterThan(0);
  expect(helped).toBeLessThan(jobs.length - 2);
});

it('one that fails gives its jobs back, gets no more, and is told of once', async () => {
  const lost = new Error('out of memory');
  let asked = 0;
  const failing: Helper<number, number> = async () => {
    asked += 1;
    await pause(3);
    throw lost;
  };
  const { results, failures } = await shareWithHelpers(jobs, square, [
    Promise.resolve(failing),
    Promise.resolve(square),
  ]);
  expect(results).toEqual(squares);
  expect(failures).toEqual([lost]);
  expect(asked).toBeLessThanOrEqual(2);
});

it('one that fails at the very end does not take its job with it', async () => {
  const failing: Helper<number, number> = async () => {
    await pause(60);
    throw new Error('gone');
  };
  const { results, failures } = await shareWithHelpers([1, 2, 3], square, [Promise.resolve(failing)]);
  expect(results).toEqual([1, 4, 9]);
  expect(failures).toHaveLength(1);
});

it('helpers that do not start leave all work to this thread', async () => {
  const broken = (): Promise<Helper<number, number>> => Promise.reject(new Error('no script'));
  const { results, failures } = await shareWithHelpers(jobs, square, [broken(), broken()]);
  expect(results).toEqual(squares);
  expect(failures).toHaveLength(2);
});

it('what a job throws here ends the whole', async () => {
  const here = (job: number): Promise<number> =>
    job === 3 ? Promise.reject(new RangeError('three')) : square(job);
  await expect(shareWithHelpers(jobs, here, [])).rejects.toThrow('three');
});

it('something else is done here once, while a helper still has the last job', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>(resolve => (release = resolve));
  const slow: Helper<number, number> = async job => {
    await held;
    return job * job;
  };
  let done = 0;
  const meanwhile = async (): Promise<void> => {
    done += 1;
    release();
  };
  const { results, helped } = await shareWithHelpers([3, 4], square, [Promise.resolve(slow)], meanwhile);
  expect({ results, helped, done }).toEqual({ results: [9, 16], helped: 1, done: 1 });

  await shareWithHelpers([3, 4], square, [], meanwhile);
  expect(done).toBe(1);

  const failing = async (): Promise<void> => {
    release();
    throw new Error('no image');
  };
  const never: Helper<number, number> = () => new Promise(() => undefined);
  await expect(shareWithHelpers([3, 4], square, [Promise.resolve(never)], failing)).rejects.toThrow(
    'no image',
  );
});
