import type { Calls } from './calls';
import { WorkerEndedError } from './errors';
import type { RemoteWorker } from './remote-worker';

/** How the workers of a team start, and what each does with a job. */
export interface Team<C extends Calls<C>, Job> {
  start(): Promise<RemoteWorker<C>>;
  run(worker: RemoteWorker<C>, job: Job): Promise<void>;
}

/**
 * Shares jobs out among workers as they become free. A worker that is lost is started anew, once for each job; whatever else
 * fails ends the whole. tinypool does the like, with messages of its own: workers that load networks once, report while they
 * work and are watched for silence would need this layer beside it.
 *
 * @param count of workers, at most
 * @throws whatever a job threw, or WorkerEndedError
 */
export async function shareOut<C extends Calls<C>, Job>(
  jobs: readonly Job[],
  count: number,
  { start, run }: Team<C, Job>,
): Promise<void> {
  const queue = jobs.values();
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
    for (const job of queue) {
      try {
        await run(worker, job);
      } catch (error) {
        if (over || !(error instanceof WorkerEndedError) || error.ending !== 'lost') throw error;
        alive.delete(worker);
        worker = await begin();
        await run(worker, job);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(count, jobs.length) }, work));
  } finally {
    over = true;
    await Promise.all([...alive].map(worker => worker.stop()));
  }
}
