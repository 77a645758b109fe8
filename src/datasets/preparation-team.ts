import { Worker } from 'node:worker_threads';
import { bundledFile } from '../workers/bundled-file';
import type { InputSpec } from '../models/card';
import { prepareFilm, type PreparedFilm } from './film';

/** What became of one file: a film, or why it is none. */
export type Outcome = { film: PreparedFilm } | { reason: string };

/**
 * Prepares files, in this thread or shared out among workers as they become free. One film a worker is in memory at once.
 *
 * @param onOutcome called for each file in the order in which they finish, never two at a time; a worker waits for its own;
 * what it throws ends the preparation
 */
export async function prepareFilms(
  files: readonly string[],
  input: InputSpec,
  workers: number,
  onOutcome: (index: number, outcome: Outcome) => Promise<void>,
): Promise<void> {
  if (workers <= 1 || files.length === 1) {
    for (const [index, file] of files.entries()) await onOutcome(index, await outcomeOf(file, input));
    return;
  }
  const queue = files.map((_, index) => index);
  let last = Promise.resolve();
  const inTurn = (index: number, outcome: Outcome): Promise<void> =>
    (last = last.then(() => onOutcome(index, outcome)));
  const team = Array.from(
    { length: Math.min(workers, files.length) },
    () => new Worker(bundledFile('preparation-worker.js'), { workerData: input }),
  );
  try {
    await Promise.all(team.map(worker => serve(worker, files, queue, inTurn)));
  } finally {
    await Promise.all(team.map(worker => worker.terminate()));
  }
}

/** Never rejects: a file that cannot be prepared is an outcome. */
export async function outcomeOf(file: string, input: InputSpec): Promise<Outcome> {
  try {
    return { film: await prepareFilm(file, input) };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

function serve(
  worker: Worker,
  files: readonly string[],
  queue: number[],
  onOutcome: (index: number, outcome: Outcome) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let current: number | undefined;
    const sendNext = (): void => {
      current = queue.shift();
      if (current === undefined) resolve();
      else worker.postMessage(files[current]);
    };
    const finish = async (outcome: Outcome): Promise<void> => {
      await onOutcome(current as number, outcome);
      sendNext();
    };
    worker.on('message', (outcome: Outcome) => void finish(outcome).catch(reject));
    worker.on('error', reject);
    worker.on('exit', code => {
      const at = current === undefined ? '' : ` at ${files[current]}`;
      reject(new Error(`A worker that prepares images ended unexpectedly${at} (exit code ${code}).`));
    });
    sendNext();
  });
}
