import { expect, it } from 'vitest';
import { browserPort } from '../../src/workers/browser';
import { RemoteWorker } from '../../src/workers/remote-worker';
import { shareOut } from '../../src/workers/share-out';
import { LinkedWorker } from './linked-worker';

interface Squares {
  square: { request: number; reply: number };
}

const words = { name: 'A squaring worker', advice: 'Square again.' };
const jobs = Array.from({ length: 20 }, (_, i) => i);

/** Workers that square; `fault` may crash one, or throw. */
function team(
  fault: (job: number, worker: LinkedWorker<Squares>, attempt: number) => void = () => undefined,
) {
  const made: LinkedWorker<Squares>[] = [];
  const results = new Map<number, number>();
  const attempts = new Map<number, number>();
  const start = (): Promise<RemoteWorker<Squares>> => {
    const linked: LinkedWorker<Squares> = new LinkedWorker<Squares>({
      square: job => {
        const attempt = (attempts.get(job) ?? 0) + 1;
        attempts.set(job, attempt);
        fault(job, linked, attempt);
        return job * job;
      },
    });
    made.push(linked);
    return RemoteWorker.start<Squares>(browserPort(linked.asWorker(), undefined), words);
  };
  const run = async (worker: RemoteWorker<Squares>, job: number): Promise<void> => {
    results.set(job, await worker.call('square', job));
  };
  return { made, results, attempts, start, run, nameOf: (job: number) => `job ${job}` };
}

it('every job is done once, by workers that are stopped afterwards', async () => {
  const squares = team();
  await shareOut(jobs, 3, squares);
  expect(squares.results).toEqual(new Map(jobs.map(job => [job, job * job])));
  expect([...squares.attempts.values()]).toEqual(jobs.map(() => 1));
  expect(squares.made.map(({ terminated }) => terminated)).toEqual([true, true, true]);
});

it('no more workers start than there are jobs', async () => {
  const squares = team();
  await shareOut([1, 2], 5, squares);
  expect(squares.made).toHaveLength(2);
});

it('a worker that is lost is replaced, and its job done by the next', async () => {
  const squares = team((job, worker, attempt) => {
    if (job === 7 && attempt === 1) worker.crash('out of memory');
  });
  await shareOut(jobs, 2, squares);
  expect(squares.results.size).toBe(20);
  expect(squares.attempts.get(7)).toBe(2);
  expect(squares.made).toHaveLength(3);
});

it('a job that loses two workers ends the whole, with the reason', async () => {
  const squares = team((job, worker) => {
    if (job === 7) worker.crash('out of memory');
  });
  await expect(shareOut(jobs, 2, squares)).rejects.toThrow(
    'job 7: A squaring worker stopped (out of memory). Square again.',
  );
  expect(squares.made.every(({ terminated }) => terminated)).toBe(true);
});

it('what a job throws ends the whole: no other job is begun, every worker is stopped', async () => {
  const squares = team(job => {
    if (job === 3) throw new RangeError('3 is not squared');
  });
  await expect(shareOut(jobs, 2, squares)).rejects.toThrow('job 3: 3 is not squared');
  const begun = squares.attempts.size;
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(squares.attempts.size).toBe(begun);
  expect(begun).toBeLessThan(jobs.length);
  expect(squares.made.every(({ terminated }) => terminated)).toBe(true);
});
