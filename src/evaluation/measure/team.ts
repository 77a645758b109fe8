import { Worker } from 'node:worker_threads';
import { bundledFile } from '../../workers/bundled-file';
import { prepareNodeBackend } from '../../backends/node';
import { loadModelPackage } from '../../models/package';
import type { CaseRecord } from '../records';
import { folderReader } from '../../io/folder-reader';
import { duration, SilenceWatch } from '../../workers/silence';
import { evaluateCase, type OnMap } from './evaluate-case';
import { MapCache } from './map-cache';
import type { EvaluationAnswer, EvaluationStart } from './worker';

export interface EvaluationListener {
  /** Called for each finished case, in the order in which they finish. */
  onRecord: (record: CaseRecord) => void;
  onMap: OnMap;
}

/**
 * Evaluates cases, in this thread or shared out among workers as they become free.
 *
 * @param indices cases to evaluate
 * @throws Error with the case and the worker's own message
 */
export async function evaluateCases(
  start: EvaluationStart,
  indices: readonly number[],
  workers: number,
  listener: EvaluationListener,
  patienceMs = leastPatienceMs,
): Promise<void> {
  if (workers <= 1) return evaluateHere(start, indices, listener);
  const queue = [...indices];
  const team = Array.from(
    { length: Math.min(workers, queue.length) },
    () => new Worker(bundledFile('evaluation-worker.js'), { workerData: start }),
  );
  try {
    await Promise.all(team.map(worker => serve(worker, queue, listener, patienceMs)));
  } finally {
    await Promise.all(team.map(worker => worker.terminate()));
  }
}

async function evaluateHere(
  { backend, model, generators, set, plan, maps }: EvaluationStart,
  indices: readonly number[],
  { onRecord, onMap }: EvaluationListener,
): Promise<void> {
  await prepareNodeBackend(backend);
  const context = await loadModelPackage(folderReader(model), { generators });
  const cache = new MapCache(maps);
  try {
    for (const index of indices) {
      const record = await evaluateCase(context, set, plan, index, cache, onMap).catch((error: Error) => {
        throw new Error(`${set.cases[index].id}: ${error.message}`, { cause: error });
      });
      onRecord(record);
    }
  } finally {
    context.dispose();
  }
}

/**
 * How long a worker may be silent: it tells of every map. The longest silence so far counts too, for maps of many passes on
 * large networks.
 */
const leastPatienceMs = 1_800_000;

/** Feeds one worker from the queue until it is empty. */
function serve(
  worker: Worker,
  queue: number[],
  { onRecord, onMap }: EvaluationListener,
  patienceMs: number,
): Promise<void> {
  let longest = 0;
  let last = performance.now();
  return new Promise((resolve, reject) => {
    const watch = new SilenceWatch(
      () => Math.max(patienceMs, 20 * longest),
      waited =>
        settle(() =>
          reject(new Error(`An evaluation worker has not answered for ${duration(waited)}. ${again}`)),
        ),
    );
    const settle = (finish: () => void): void => {
      watch.stop();
      finish();
    };
    const heard = (): void => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      watch.heard();
    };
    const next = (): void => {
      const index = queue.shift();
      if (index === undefined) settle(resolve);
      else worker.postMessage(index);
    };
    worker.on('message', (answer: EvaluationAnswer) => {
      heard();
      if (answer.type === 'failed') return settle(() => reject(new Error(answer.message)));
      if (answer.type === 'map') return onMap(answer.key, answer.seconds, answer.cached);
      if (answer.type === 'record') onRecord(answer.record);
      next();
    });
    worker.on('error', error => settle(() => reject(error)));
    worker.on('exit', code =>
      settle(() =>
        reject(new Error(`An evaluation worker ended unexpectedly (exit code ${code}). ${again}`)),
      ),
    );
    watch.heard();
  });
}

const again = 'Run the same command again: it goes on where it stopped.';
