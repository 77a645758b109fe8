import type { InputSpec } from '../models/card';
import { startThread } from '../workers/node';
import { shareOut } from '../workers/share-out';
import { prepareFilm, type PreparedFilm } from './film';

/** What became of one file: a film, or why it is none. */
export type Outcome = { film: PreparedFilm } | { reason: string };

/** What a worker that prepares images does. */
export interface PreparationCalls {
  prepare: { request: { file: string; input: InputSpec }; reply: Outcome };
}

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
  let last = Promise.resolve();
  const inTurn = (index: number, outcome: Outcome): Promise<void> =>
    (last = last.then(() => onOutcome(index, outcome)));
  await shareOut([...files.entries()], workers, {
    start: () => startThread<PreparationCalls>('preparation-worker.js', words),
    run: async (worker, [index, file]) => inTurn(index, await worker.call('prepare', { file, input })),
    nameOf: ([, file]) => file,
  });
}

const words = {
  name: 'A worker that prepares images',
  advice: 'Run the same command again, with fewer --workers if it happens again.',
};

/** Never rejects: a file that cannot be prepared is an outcome. */
export async function outcomeOf(file: string, input: InputSpec): Promise<Outcome> {
  try {
    return { film: await prepareFilm(file, input) };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}
