import path from 'node:path';
import type { ModelCard } from '../../models/card';
import type { Listener } from '../../io/listener';
import { requestsFor, type EvaluationPlan } from './evaluate-case';
import type { EvaluateOptions } from '../options';
import type { RecordStore } from './record-store';
import { RemainingTime } from './remaining-time';
import type { EvaluationSet } from '../set/set';
import { evaluateCases } from './team';

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
  const slow = new Set(plan.slowCases);
  const missing = indices
    .filter(index => !store.records.has(set.cases[index].id))
    .sort((a, b) => Number(slow.has(b)) - Number(slow.has(a)));
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
  const { size, cases: infos, planes, truths, averageTruth } = set;
  await evaluateCases(
    {
      backend: options.backend,
      model: path.resolve(options.model),
      generators: Object.keys(card.generators),
      label: options.label,
      set: { size, cases: infos, planes, truths, averageTruth },
      plan,
      maps: mapFolder(options),
      keepsImages: options.judge !== undefined,
    },
    missing,
    workers,
    {
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
    },
  );
  progress.stop();
}
