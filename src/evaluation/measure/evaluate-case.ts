import { otherLabelsChanged, type Decision } from '../../models/decision';
import {
  deletionInsertion,
  insideImage,
  withFilm,
  type ExplainContext,
  type FilmSession,
  type GeneratedPair,
} from '../../explain';
import {
  absoluteChange,
  changeMetrics,
  imagePairs,
  pairMetrics,
  type ImagePair,
  type PairId,
} from '../../metrics';
import { NotFiniteError } from '../../models/finite';
import { makesImages } from '../../models/generator-kinds';
import type { PreparedImage } from '../../models/preparation';
import { answerOf } from '../answers';
import type {
  AnswerRecord,
  CaseRecord,
  ChangeFigures,
  GeneratorRecord,
  MapRecord,
  PairFigures,
} from '../records';
import { mapRecord } from './map-record';
import { adversarialSource, mapSource, pixelHash, type CachedMap, type MapCache } from './map-cache';
import { requestedSettings, type MapRequest } from '../plan/map-requests';
import {
  casePixels,
  storedPixels,
  truthInside,
  truthMask,
  validArea,
  type CaseInfo,
  type EvaluationSet,
} from '../set/set';
import { trivialMaps } from '../plan/trivial';
import { thumbnail } from '../thumbnail';

/** What an evaluation does to every case. Plain data. */
export interface EvaluationPlan {
  requests: MapRequest[];
  /** Cases that the slow requests are made of. */
  slowCases: number[];
  /** By truth: the truths of other patients it is compared with. */
  controls: number[][];
  /** Seed of ties. */
  seed: number;
  /** Steps of the deletion and insertion curves on the slow cases; 0 leaves them out. */
  deletionSteps: number;
}

/** What a worker needs of the set. */
export type CaseSet = Pick<EvaluationSet, 'size' | 'cases' | 'planes' | 'truths' | 'averageTruth'>;

/** `computed anew`: the cache held something under its name that could not be used. */
export type MapOrigin = 'cache' | 'computed' | 'computed anew';

/** Called when a map is there, with the time that it took, or would have taken were it not in the cache. */
export type OnMap = (key: string, seconds: number, from: MapOrigin) => void;

/** The requests that one case gets. */
export function requestsFor(plan: EvaluationPlan, set: CaseSet, index: number): MapRequest[] {
  if (set.cases[index].truth === undefined) return [];
  const all = plan.slowCases.includes(index);
  return plan.requests.filter(request => all || !request.slow);
}

/**
 * Runs classifier, generators and, where there is truth, all requested maps on one case.
 *
 * @param keepsImages whether the x_a of every generator is put into the cache: another classifier is to look at them
 */
export async function evaluateCase(
  context: ExplainContext,
  set: CaseSet,
  plan: EvaluationPlan,
  index: number,
  cache: MapCache,
  onMap: OnMap = () => {},
  keepsImages = false,
): Promise<CaseRecord> {
  const info = set.cases[index];
  const film: PreparedCase = { input: casePixels(set, index), valid: validArea(set, index) };
  const evaluated = async (session: FilmSession): Promise<CaseRecord> => {
    const { decision, classifierSeconds } = await session.decide();
    if (decision.logit === undefined) throw new Error('The classifier gave no logit.');
    const keep = async (id: string, { adversarial }: GeneratedPair): Promise<void> => {
      if (!keepsImages || !adversarial) return;
      const image = pixelHash(storedPixels(set, index));
      await cache.write(adversarialSource(context.card, id), image, { map: adversarial, seconds: 0 });
    };
    return {
      ...describe(info, set),
      logit: decision.logit,
      ...answerOf(decision),
      classifierSeconds,
      generators: await generatorRecords(context, session, film, ownTruth(set, index, film), keep),
      maps: await mapRecords(context, set, plan, index, film, session, cache, onMap),
    };
  };
  return withFilm(context, film, evaluated, { severalMethods: true });
}

/** One case as the networks see it. */
type PreparedCase = Pick<PreparedImage, 'input' | 'valid'>;

/** Truth of a case within its valid area. */
function ownTruth(set: CaseSet, index: number, { valid }: PreparedCase): Uint8Array | undefined {
  const { truth } = set.cases[index];
  return truth === undefined ? undefined : truthInside(truthMask(set, truth), valid);
}

/** The part of a record that does not need the networks. */
export function describe(
  info: CaseInfo,
  set: CaseSet,
): Omit<CaseRecord, 'logit' | keyof AnswerRecord | 'classifierSeconds' | 'generators' | 'maps'> {
  const { truth, validRuns: _, ...rest } = info;
  if (truth === undefined) return rest;
  const mask = truthMask(set, truth);
  return { ...rest, truthShare: mask.reduce((sum, value) => sum + value, 0) / mask.length };
}

async function mapRecords(
  context: ExplainContext,
  set: CaseSet,
  plan: EvaluationPlan,
  index: number,
  film: PreparedCase,
  session: FilmSession,
  cache: MapCache,
  onMap: OnMap,
): Promise<Record<string, MapRecord>> {
  const { id, truth } = set.cases[index];
  const own = ownTruth(set, index, film);
  if (truth === undefined || !own) return {};
  const { input, valid } = film;
  const { size } = set;
  const controls = plan.controls[truth]
    .map(other => truthInside(truthMask(set, other), valid))
    .filter(other => other.includes(1));
  const steps = plan.slowCases.includes(index) ? plan.deletionSteps : 0;
  const record = async (map: Float32Array, seconds?: number): Promise<MapRecord> => ({
    ...mapRecord({ map, size, valid, seconds }, own, controls, plan.seed),
    faithfulness:
      steps > 0 ? await deletionInsertion(context, input, map, { steps, seed: plan.seed, valid }) : undefined,
  });
  const image = pixelHash(storedPixels(set, index));
  const records: Record<string, MapRecord> = {};
  for (const request of requestsFor(plan, set, index)) {
    const { map, seconds, from } = await cachedMap(context, request, film, session, image, cache);
    records[request.key] = await record(map, seconds);
    onMap(request.key, seconds, from);
  }
  for (const [key, map] of Object.entries(trivialMaps(set, input, `${plan.seed}/${id}`))) {
    records[key] = await record(insideImage(map, valid));
  }
  return records;
}

/**
 * The map within the film's valid area, as the viewer shows it; from the cache, or computed and put there. One that is not
 * finite is all NaN.
 *
 * @param image name of the case's pixels
 */
export async function cachedMap(
  { card }: ExplainContext,
  request: MapRequest,
  { valid }: PreparedCase,
  session: FilmSession,
  image: string,
  cache: MapCache,
): Promise<CachedMap & { from: MapOrigin }> {
  const { size } = card.input;
  const source = mapSource(card, request);
  const found = await cache.read(source, image, size * size);
  if (found && found !== 'unusable') return { ...found, map: insideImage(found.map, valid), from: 'cache' };
  const begin = performance.now();
  let made: CachedMap;
  try {
    const { map, seconds } = await session.explain({ ...requestedSettings(request), withGenerated: false });
    made = { map, seconds: seconds.explanation };
  } catch (error) {
    if (!(error instanceof NotFiniteError)) throw error;
    made = {
      map: new Float32Array(size * size).fill(Number.NaN),
      seconds: (performance.now() - begin) / 1000,
    };
  }
  await cache.write(source, image, made);
  return { ...made, from: found === 'unusable' ? 'computed anew' : 'computed' };
}

async function generatorRecords(
  { card, generators }: ExplainContext,
  session: FilmSession,
  film: PreparedCase,
  truth: Uint8Array | undefined,
  keep: (id: string, pair: GeneratedPair) => Promise<void>,
): Promise<CaseRecord['generators']> {
  const records: CaseRecord['generators'] = {};
  for (const id of Object.keys(generators)) {
    if (!makesImages(card.generators[id].kind)) continue;
    const pair = await session.generate(id);
    const { decision } = await session.decide();
    const othersKept = keptOthers(decision, pair.decisionAdversarial);
    records[id] = {
      ...generatorRecord(pair, film, card.input.size, truth),
      ...(othersKept && { othersKept }),
    };
    await keep(id, pair);
  }
  return records;
}

/** Of independent labels. */
function keptOthers(film: Decision, adversarial: Decision | undefined): GeneratorRecord['othersKept'] {
  if (film.kind !== 'labels' || adversarial?.kind !== 'labels') return undefined;
  const changed = otherLabelsChanged(film, adversarial);
  const of = (film.labels?.length ?? 1) - 1;
  return changed && of > 0 ? { kept: of - changed.length, of } : undefined;
}

function generatorRecord(
  { similar, adversarial, decisionSimilar, decisionAdversarial }: GeneratedPair,
  { input, valid }: PreparedCase,
  size: number,
  truth: Uint8Array | undefined,
): GeneratorRecord {
  if (!adversarial || !decisionAdversarial) throw new Error('The generator made no x_a.');
  const images = { original: input, similar, adversarial };
  const area = { width: size, height: size, valid };
  const figures = pairMetrics.map(({ id, compute }) => [
    id,
    pairFigures(images, (a, b) => finite(compute({ a, b, ...area }))),
  ]);
  return {
    scoreSimilar: decisionSimilar?.score,
    scoreAdversarial: decisionAdversarial.score,
    ...(decisionAdversarial.kind !== 'operating-point' && {
      answers: {
        similar: decisionSimilar && answerOf(decisionSimilar),
        adversarial: answerOf(decisionAdversarial),
      },
    }),
    ...(Object.fromEntries(figures) as Record<PairId, PairFigures>),
    change: changeFigures({ a: similar ?? input, b: adversarial, truth, ...area }),
    changeThumbnail: changeThumbnail({ a: similar ?? input, b: adversarial, ...area }),
  };
}

function pairFigures(
  {
    original,
    similar,
    adversarial,
  }: { original: Float32Array; similar?: Float32Array; adversarial: Float32Array },
  compare: (a: Float32Array, b: Float32Array) => number | null,
): PairFigures {
  const ends = {
    originalSimilar: [original, similar],
    originalAdversarial: [original, adversarial],
    similarAdversarial: [similar, adversarial],
  } as const;
  return Object.fromEntries(
    imagePairs.flatMap(({ key }) => {
      const [a, b] = ends[key];
      return a && b ? [[key, compare(a, b)]] : [];
    }),
  );
}

/** @returns undefined where no metric has a value: nothing changed that could lie anywhere */
function changeFigures(pair: ImagePair): ChangeFigures | undefined {
  const figures = changeMetrics.flatMap(({ id, compute }) => {
    const value = compute(pair);
    return value === undefined ? [] : [[id, value] as const];
  });
  return figures.length > 0 ? Object.fromEntries(figures) : undefined;
}

function changeThumbnail(pair: ImagePair): string | undefined {
  const { change, total } = absoluteChange(pair);
  return total > 0 ? thumbnail(Float32Array.from(change), pair.width) : undefined;
}

/** JSON has no infinity: equal images have no finite PSNR. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
