import path from 'node:path';
import type { ModelCard } from '../../models/card';
import type { JobProgress, Listener } from '../../io/listener';
import { requestsFor, type EvaluationPlan, type MapOrigin } from './evaluate-case';
import type { EvaluateOptions } from '../options';
import type { RecordStore } from './record-store';
import { RemainingTime } from './remaining-time';
import type { EvaluationSet } from '../set/set';
import { evaluateCases } from './team';
import type { EvaluationStart } from './worker';

/** Folder of computed maps inside the cache. */
export function mapFolder({ cache, backend }: Pick<EvaluateOptions, 'cache' | 'backend'>): string {
  // Backends differ by rounding.
  return path.resolve(cache, 'maps', backend);
}

/** Evaluates the cases that the store does not hold yet, those of the slow subset first, and tells the remaining time. */
export async function evaluateMissing(
  options: EvaluateOptions,
  card: ModelCard,
  set: EvaluationSet,
  plan: EvaluationPlan,
  indices: readonly number[],
  store: RecordStore,
  listener: Listener,
): Promise<void> {
  const missing = slowFirst(
    indices.filter(index => !store.records.has(set.cases[index].id)),
    plan,
  );
  if (missing.length === 0) return;

  const workers = Math.min(options.workers, missing.length);
  const remaining = new RemainingTime(workers);
  let maps = 0;
  for (const index of missing) {
    remaining.expect('case');
    for (const { key } of requestsFor(plan, set, index)) {
      remaining.expect(key);
      maps++;
    }
  }
  const progress = listener.begin('evaluating', maps + missing.length);
  let [done, cases] = [0, 0];
  const show = (): void => progress.update(++done, `${cases} of ${missing.length} images`, remaining.seconds);
  const noteOrigin = sayOfUnusable(progress);
  await evaluateCases(startOf(options, card, set, plan), missing, workers, {
    onMap: (key, seconds, from) => {
      noteOrigin(from);
      remaining.observe(key, seconds, from === 'cache');
      show();
    },
    onRecord: record => {
      store.add(record);
      cases++;
      remaining.observe('case', 0);
      show();
    },
  });
  progress.stop();
}

/** Says once that maps of the cache could not be used; to be told of every map. */
export function sayOfUnusable(progress: Pick<JobProgress, 'line'>): (from: MapOrigin) => void {
  let isSaid = false;
  return from => {
    if (from !== 'computed anew' || isSaid) return;
    isSaid = true;
    progress.line(
      'Some maps in the cache are damaged, or were kept before maps had checksums: they are computed anew.',
    );
  };
}

/** Cases with those of the slow subset first: they take longest. */
export function slowFirst(indices: readonly number[], { slowCases }: EvaluationPlan): number[] {
  const slow = new Set(slowCases);
  return [...indices].sort((a, b) => Number(slow.has(b)) - Number(slow.has(a)));
}

/** What workers are told. */
export function startOf(
  options: EvaluateOptions,
  card: ModelCard,
  { size, cases, planes, truths, averageTruth }: EvaluationSet,
  plan: EvaluationPlan,
): EvaluationStart {
  return {
    backend: options.backend,
    model: path.resolve(options.model),
    generators: Object.keys(card.generators),
    label: options.label,
    set: { size, cases, planes, truths, averageTruth },
    plan,
    maps: mapFolder(options),
    keepsImages: options.judge !== undefined,
  };
}
