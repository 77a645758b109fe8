import type { StoredMap } from '../../dicom/results/types';
import { transfer } from '../../workers/port';
import type { Target } from '../host/host-image';
import { readImage, type ExplainHost } from './explain-host';
import type { Run } from './explanations';
import type { Parts } from './parts';
import { restoredResult } from './restored-result';
import { endRun } from './run-end';
import { filmOf } from './runs';
import { isBusy, type Result } from './state';

/**
 * Shows an explanation of the image on display that the study holds, without computing it again. Failures end up in the state.
 *
 * @param uid SOP Instance UID of the stored map
 * @param beforeShown told the percentiles at which its masks are stored, the last saved first
 */
export async function restore(
  parts: Parts,
  uid: string,
  beforeShown: (percentiles: readonly number[]) => void,
): Promise<Result | undefined> {
  const { explanations, store } = parts;
  const host = parts.host();
  const outcome = host?.findTarget();
  if (!host || !outcome || 'refusal' in outcome) return undefined;
  const { target } = outcome;
  const stored = host.storedMaps(target).find(({ sopInstanceUid }) => sopInstanceUid === uid);
  if (!stored || isBusy(explanations.of(target.imageId).phase)) return undefined;
  const run = explanations.begin(target.imageId);
  store.update({ notice: undefined, outputVisible: true, counterfactual: 'off' });
  try {
    const result = await readStored(parts, host, target, stored, run);
    if (!run.isCurrent()) return undefined;
    beforeShown(host.storedPercentiles(target, stored));
    run.move({ phase: 'done', result });
    return result;
  } catch (error) {
    endRun(parts, run, error);
    return undefined;
  }
}

async function readStored(
  { keeper, subject, store, now }: Parts,
  host: ExplainHost,
  target: Target,
  stored: StoredMap,
  run: Run,
): Promise<Result> {
  const since = now();
  const image = await readImage(host, target);
  run.move({ phase: 'running', since, reading: true });
  const [engine, file] = await Promise.all([keeper.ensure(), host.fetchObject(stored.sopInstanceUid)]);
  // Never that of one that was made here, which has x_s and x_a as well.
  const key = JSON.stringify([target.imageId, 'stored', stored.sopInstanceUid]);
  const cards = subject.cards().filter(({ id }) => id === stored.model.id);
  const request = { key, image, stored, file, cards };
  const { verified, ...reply } = await engine.call('restore', transfer(request, image.pixels.buffer));
  const { methods } = store.getState();
  const shown = restoredResult({ key, imageId: target.imageId }, stored, reply, verified, methods);
  return { ...shown, ...filmOf(target), totalSeconds: (now() - since) / 1000 };
}
