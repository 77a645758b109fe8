import type { Calls } from './calls';
import { RemoteError, WorkerEndedError } from './errors';
import type { RemoteWorker } from './remote-worker';

/** How the workers of a team start, and what each does with a job. */
export interface Team<C extends Calls<C>, Job> {
  start(): Promise<RemoteWorker<C>>;
  run(worker: RemoteWorker<C>, job: Job): Promise<void>;
  /** Stands before the reason in the error of a job. */
  nameOf(job: Job): string;
}

/**
 * Shares jobs out among workers as they become free. A worker that is lost is started anew, once for each job; whatever else
 * fails ends the whole. tinypool does the like, with messages of its own: workers that load networks once, report while they
 * work and are watched for silence would need this layer beside it.
 *
 * @param jobs an array, or what gives jobs as they come: all workers take from it
 * @param count of workers, at most
 * @throws Error of the worker with the job's name before it, or whatever `start` and `run` threw themselves
 */
export async function shareOut<C extends Calls<C>, Job>(
  jobs: Iterable<Job> | AsyncIterable<Job>,
  count: number,
  { start, run, nameOf }: Team<C, Job>,
): Promise<void> {
  const queue = Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
  const workers = Array.isArray(jobs) ? Math.min(count, jobs.length) : count;
  const alive = new Set<RemoteWorker<C>>();
  let over = false;
  const begin = async (): Promise<RemoteWorker<C>> => {
    const worker = await start();
    if (over) await worker.stop();
    else alive.add(worker);
    return worker;
  };
  const work = async (): Promise<void> => {
    let worker = await begin();
    for (;;) {
      const next = await queue.next();
      if (next.done) return;
      const job = next.value;
      try {
        await run(worker, job).catch(async (error: unknown) => {
          if (over || !(error instanceof WorkerEndedError) || error.ending !== 'lost') throw error;
          alive.delete(worker);
          worker = await begin();
          await run(worker, job);
        });
      } catch (error) {
        if (!(error instanceof WorkerEndedError || error instanceof RemoteError)) throw error;
        throw new Error(`${nameOf(job)}: ${error.message}`, { cause: error });
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    over = true;
    await Promise.all([...alive].map(worker => worker.stop()));
  }
}
