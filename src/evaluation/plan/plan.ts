import { createHash } from 'node:crypto';
import type { NodeBackendName } from '../../backends/node';
import { version } from '../../../package.json';
import { metricFamilies } from '../../metrics';
import type { ModelCard } from '../../models/card';
import { sha256Hex } from '../../models/hash';
import { seededRandom, shuffled } from '../../models/random';
import { controlTruths } from './controls';
import type { EvaluationPlan } from '../measure/evaluate-case';
import type { MapRequest } from './map-requests';
import { mapsVersion } from './maps-version';
import type { EvaluateOptions } from '../options';
import { storedPixels, type EvaluationSet } from '../set/set';

/** Raised when what is measured of a map changes, so that figures on disk are made anew (from the maps on disk). */
const scoringVersion = 4;

type PlanOptions = Pick<EvaluateOptions, 'slowLimit' | 'seed' | 'controls' | 'deletionInsertion'>;

/** The cases to evaluate: all of the set, or a seeded sample. */
export function chooseCases(
  set: Pick<EvaluationSet, 'cases'>,
  { limit, seed }: Pick<EvaluateOptions, 'limit' | 'seed'>,
): number[] {
  const all = set.cases.map((_, index) => index);
  if (limit === undefined || limit >= all.length) return all;
  return shuffled(all, seededRandom(`${seed}/limit`)).slice(0, limit);
}

/** The seeded subset that slow methods and deletion curves run on; empty when there are none. */
function chooseSlowCases(
  set: Pick<EvaluationSet, 'cases'>,
  requests: readonly MapRequest[],
  indices: readonly number[],
  { slowLimit, seed, deletionInsertion }: PlanOptions,
): number[] {
  if (deletionInsertion === 0 && !requests.some(request => request.slow)) return [];
  const withTruth = indices.filter(index => set.cases[index].truth !== undefined);
  return shuffled(withTruth, seededRandom(`${seed}/slow`)).slice(0, slowLimit);
}

/** What is done to every case. */
export function makePlan(
  set: EvaluationSet,
  requests: MapRequest[],
  indices: readonly number[],
  options: PlanOptions,
): EvaluationPlan {
  const patients: string[] = [];
  for (const { truth, patient } of set.cases) if (truth !== undefined) patients[truth] = patient;
  return {
    requests,
    slowCases: chooseSlowCases(set, requests, indices, options),
    controls: controlTruths(patients, options.controls, options.seed),
    seed: options.seed,
    deletionSteps: options.deletionInsertion,
  };
}

/** Identifies model, set and plan: figures of another key are not these. */
export function evaluationKey(
  card: ModelCard,
  set: EvaluationSet,
  plan: EvaluationPlan,
  backend: NodeBackendName,
): string {
  const { files, calibration, operatingPoint, augmentation } = card;
  const metrics = Object.values(metricFamilies).map(family => family.map(({ id }) => id));
  const text = JSON.stringify([
    version,
    scoringVersion,
    mapsVersion,
    metrics,
    card.id,
    files,
    calibration,
    operatingPoint,
    augmentation,
    set.hash,
    plan,
    backend,
  ]);
  return sha256Hex(new TextEncoder().encode(text));
}

/** SHA-256 of what the figures are made from: the prepared pixels of all images, the truths, the mean training truth. */
export function contentHash(set: EvaluationSet): string {
  const hash = createHash('sha256');
  for (const index of set.cases.keys()) hash.update(storedPixels(set, index));
  hash.update(set.truths);
  if (set.averageTruth) hash.update(set.averageTruth);
  return hash.digest('hex');
}
