import * as tf from '@tensorflow/tfjs';
import { classify, inputTensor, readGrey } from '../../explain/explain-image';
import { generateNaive, generatePair } from '../../explain/generators';
import { deletionInsertion, type ExplainContext } from '../../explain';
import { changeFigures, psnr, ssim } from '../../metrics';
import type { CaseRecord, GeneratorRecord, MapRecord, PairFigures } from '../../report/records';
import { mapRecord } from './figures';
import { mapSource, pixelHash, type CachedMap, type MapCache } from './map-cache';
import { requestedMethod, type MapRequest } from './map-sources';
import { casePixels, storedPixels, truthMask, type CaseInfo, type EvaluationSet } from './set';
import { trivialMaps } from './trivial';

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

/** Called when a map is there, with the time that it took, or would have taken were it not in the cache. */
export type OnMap = (key: string, seconds: number, cached: boolean) => void;

/** The requests that one case gets. */
export function requestsFor(plan: EvaluationPlan, set: CaseSet, index: number): MapRequest[] {
  if (set.cases[index].truth === undefined) return [];
  const all = plan.slowCases.includes(index);
  return plan.requests.filter(request => all || !request.slow);
}

/** Runs classifier, generators and, where there is truth, all requested maps on one case. */
export async function evaluateCase(
  context: ExplainContext,
  set: CaseSet,
  plan: EvaluationPlan,
  index: number,
  cache: MapCache,
  onMap: OnMap = () => {},
): Promise<CaseRecord> {
  const info = set.cases[index];
  const pixels = casePixels(set, index);
  const x = inputTensor(context, pixels);
  try {
    const start = performance.now();
    const { logit, score } = await classify(context, x);
    const classifierSeconds = (performance.now() - start) / 1000;
    return {
      ...describe(info, set),
      logit,
      score,
      classifierSeconds,
      generators: await generatorRecords(
        context,
        x,
        pixels,
        info.truth === undefined ? undefined : truthMask(set, info.truth),
      ),
      maps: await mapRecords(context, set, plan, index, x, cache, onMap),
    };
  } finally {
    x.dispose();
  }
}

/** The part of a record that does not need the networks. */
export function describe(
  info: CaseInfo,
  set: CaseSet,
): Omit<CaseRecord, 'logit' | 'score' | 'classifierSeconds' | 'generators' | 'maps'> {
  const { truth, ...rest } = info;
  if (truth === undefined) return rest;
  const mask = truthMask(set, truth);
  return { ...rest, truthShare: mask.reduce((sum, value) => sum + value, 0) / mask.length };
}

async function mapRecords(
  context: ExplainContext,
  set: CaseSet,
  plan: EvaluationPlan,
  index: number,
  x: tf.Tensor4D,
  cache: MapCache,
  onMap: OnMap,
): Promise<Record<string, MapRecord>> {
  const { id, truth } = set.cases[index];
  if (truth === undefined) return {};
  const own = truthMask(set, truth);
  const controls = plan.controls[truth].map(other => truthMask(set, other));
  const pixels = storedPixels(set, index);
  const records: Record<string, MapRecord> = {};
  const steps = plan.slowCases.includes(index) ? plan.deletionSteps : 0;
  const film = casePixels(set, index);
  const faithfulness = async (map: Float32Array): Promise<MapRecord['faithfulness']> =>
    steps > 0 ? deletionInsertion(context, film, map, { steps, seed: plan.seed }) : undefined;
  for (const request of requestsFor(plan, set, index)) {
    const { map, seconds, cached } = await cachedMap(context, request, x, pixels, cache);
    records[request.key] = {
      ...mapRecord(map, own, controls, plan.seed, seconds),
      faithfulness: await faithfulness(map),
    };
    onMap(request.key, seconds, cached);
  }
  for (const [key, map] of Object.entries(trivialMaps(set, film, `${plan.seed}/${id}`))) {
    records[key] = {
      ...mapRecord(map, own, controls, plan.seed),
      faithfulness: await faithfulness(map),
    };
  }
  return records;
}

/** The map from the cache, or computed and put there. */
export async function cachedMap(
  context: ExplainContext,
  request: MapRequest,
  x: tf.Tensor4D,
  pixels: Uint16Array,
  cache: MapCache,
): Promise<CachedMap & { cached: boolean }> {
  const { size } = context.card.input;
  const source = mapSource(context.card, request);
  const image = pixelHash(pixels);
  const found = await cache.read(source, image, size * size);
  if (found) return { ...found, cached: true };
  const { method, options } = requestedMethod(request, context);
  const start = performance.now();
  const { map, ...rest } = method.explain(context, x, options);
  const values = (await map.data()) as Float32Array;
  const made = { map: values, seconds: (performance.now() - start) / 1000 };
  tf.dispose([map, rest]);
  await cache.write(source, image, made);
  return { ...made, cached: false };
}

async function generatorRecords(
  context: ExplainContext,
  x: tf.Tensor4D,
  pixels: Float32Array,
  truth: Uint8Array | undefined,
): Promise<CaseRecord['generators']> {
  const records: CaseRecord['generators'] = {};
  for (const id of Object.keys(context.generators)) {
    const { kind } = context.card.generators[id];
    if (kind === 'mask') continue; // makes no image
    const images =
      kind === 'naive' ? { adversarial: generateNaive(context, x, id) } : generatePair(context, x, id);
    records[id] = await generatorRecord(context, pixels, images, truth);
    tf.dispose(images);
  }
  return records;
}

async function generatorRecord(
  context: ExplainContext,
  pixels: Float32Array,
  images: { similar?: tf.Tensor4D; adversarial: tf.Tensor4D },
  truth: Uint8Array | undefined,
): Promise<GeneratorRecord> {
  const similar = images.similar && (await readGrey(images.similar, 'x_s'));
  const adversarial = await readGrey(images.adversarial, 'x_a');
  const { size } = context.card.input;
  return {
    scoreSimilar: images.similar && (await classify(context, images.similar)).score,
    scoreAdversarial: (await classify(context, images.adversarial)).score,
    psnr: pairs(pixels, similar, adversarial, (a, b) => finite(psnr(a, b))),
    ssim: pairs(pixels, similar, adversarial, (a, b) => ssim(a, b, size, size)),
    change: changeFigures(similar ?? pixels, adversarial, truth),
  };
}

function pairs(
  original: Float32Array,
  similar: Float32Array | undefined,
  adversarial: Float32Array,
  compare: (a: Float32Array, b: Float32Array) => number | null,
): PairFigures {
  return {
    ...(similar && {
      originalSimilar: compare(original, similar),
      similarAdversarial: compare(similar, adversarial),
    }),
    originalAdversarial: compare(original, adversarial),
  };
}

/** JSON has no infinity: equal images have no finite PSNR. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
