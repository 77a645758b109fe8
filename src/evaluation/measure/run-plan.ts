import path from 'node:path';
import type { ModelCard } from '../../models/card';
import type { Listener } from '../../io/listener';
import { requestsFor, type EvaluationPlan } from './evaluate-case';
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
  await evaluateCases(startOf(options, card, set, plan), missing, workers, {
    onMap: (key, seconds, cached) => {
      remaining.observe(key, seconds, cached);
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
