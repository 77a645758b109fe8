import { prepareNodeBackend } from '../../backends/node';
import { openEvaluated } from '../open-package';
import type { CaseRecord } from '../records';
import { startThread } from '../../workers/node';
import { shareOut } from '../../workers/share-out';
import { evaluateCase, type OnMap } from './evaluate-case';
import { MapCache } from './map-cache';
import type { EvaluationCalls, EvaluationStart, MapReport } from './worker';

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
  return evaluateInThreads(start, indices, workers, listener, patienceMs);
}

/**
 * The same in threads of their own, however few, so that this one is free.
 *
 * @param indices cases to evaluate, perhaps as they come
 */
export async function evaluateInThreads(
  start: EvaluationStart,
  indices: Iterable<number> | AsyncIterable<number>,
  workers: number,
  listener: EvaluationListener,
  patienceMs = leastPatienceMs,
): Promise<void> {
  // The longest silence so far counts too, for maps of many passes on large networks.
  let longest = 0;
  const patience = { patienceMs: () => Math.max(patienceMs, 20 * longest) };
  /** Maps that were told of, by case: one whose worker was lost is begun again. */
  const told = new Map<number, Set<string>>();
  await shareOut(indices, workers, {
    start: async () => {
      const worker = await startThread<EvaluationCalls>('evaluation-worker.js', words);
      await worker.call('start', start, patience);
      return worker;
    },
    run: async (worker, index) => {
      let last = performance.now();
      const before = told.get(index) ?? new Set();
      told.set(index, before);
      const onReport = ({ key, seconds, from }: MapReport): void => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
        if (before.has(key)) return;
        before.add(key);
        listener.onMap(key, seconds, from);
      };
      listener.onRecord(await worker.call('evaluate', { index }, { ...patience, onReport }));
      told.delete(index);
    },
    nameOf: index => start.set.cases[index].id,
  });
}

/** How long a worker may be silent, at least: it tells of every map. */
const leastPatienceMs = 1_800_000;

const words = {
  name: 'An evaluation worker',
  advice: 'Run the same command again: it goes on where it stopped.',
};

async function evaluateHere(
  { backend, model, generators, label, set, plan, maps, keepsImages }: EvaluationStart,
  indices: readonly number[],
  { onRecord, onMap }: EvaluationListener,
): Promise<void> {
  await prepareNodeBackend(backend, { keepFilters: true });
  const context = await openEvaluated(model, label, generators);
  const cache = new MapCache(maps);
  try {
    for (const index of indices) {
      const evaluated = evaluateCase(context, set, plan, index, cache, onMap, keepsImages);
      const record = await evaluated.catch((error: Error) => {
        throw new Error(`${set.cases[index].id}: ${error.message}`, { cause: error });
      });
      onRecord(record);
    }
  } finally {
    context.dispose();
  }
}
