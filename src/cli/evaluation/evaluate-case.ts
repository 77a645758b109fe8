import * as tf from '@tensorflow/tfjs';
import { classify, inputTensor } from '../../explain/explain-image';
import { generateNaive, generatePair } from '../../explain/generators';
import type { ExplainContext } from '../../explain';
import { psnr, ssim } from '../../metrics';
import type { CaseRecord, GeneratorRecord, MapRecord, PairFigures } from '../../report/records';
import { mapRecord } from './figures';
import { requestedMethod, type MapRequest } from './map-sources';
import { casePixels, truthMask, type CaseInfo, type EvaluationSet } from './set';

/** What an evaluation does to every case. Plain data. */
export interface EvaluationPlan {
  requests: MapRequest[];
  /** By truth: the truths of other patients it is compared with. */
  controls: number[][];
  /** Seed of ties. */
  seed: number;
}

/** What a worker needs of the set. */
export type CaseSet = Pick<EvaluationSet, 'size' | 'cases' | 'planes' | 'truths'>;

/** Runs classifier, generators and, where there is truth, all requested maps on one case. */
export async function evaluateCase(
  context: ExplainContext,
  set: CaseSet,
  plan: EvaluationPlan,
  index: number,
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
      generators: await generatorRecords(context, x, pixels),
      maps: info.truth === undefined ? {} : await mapRecords(context, set, plan, x, info.truth),
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
  x: tf.Tensor4D,
  truth: number,
): Promise<Record<string, MapRecord>> {
  const records: Record<string, MapRecord> = {};
  const controls = plan.controls[truth].map(other => truthMask(set, other));
  for (const request of plan.requests) {
    const { method, options } = requestedMethod(request, context);
    const start = performance.now();
    const { map, ...rest } = method.explain(context, x, options);
    const values = (await map.data()) as Float32Array;
    const seconds = (performance.now() - start) / 1000;
    tf.dispose([map, rest]);
    records[request.key] = mapRecord(values, truthMask(set, truth), controls, plan.seed, seconds);
  }
  return records;
}

async function generatorRecords(
  context: ExplainContext,
  x: tf.Tensor4D,
  pixels: Float32Array,
): Promise<CaseRecord['generators']> {
  const records: CaseRecord['generators'] = {};
  for (const id of Object.keys(context.generators)) {
    const { kind } = context.card.generators[id];
    if (kind === 'mask') continue; // makes no image
    const images =
      kind === 'naive' ? { adversarial: generateNaive(context, x, id) } : generatePair(context, x, id);
    records[id] = await generatorRecord(context, pixels, images);
    tf.dispose(images);
  }
  return records;
}

async function generatorRecord(
  context: ExplainContext,
  pixels: Float32Array,
  images: { similar?: tf.Tensor4D; adversarial: tf.Tensor4D },
): Promise<GeneratorRecord> {
  const grey = async (image: tf.Tensor4D): Promise<Float32Array> => {
    const mean = tf.tidy(() => tf.mean(image, 3));
    const values = (await mean.data()) as Float32Array;
    mean.dispose();
    return values;
  };
  const similar = images.similar && (await grey(images.similar));
  const adversarial = await grey(images.adversarial);
  const { size } = context.card.input;
  return {
    scoreSimilar: images.similar && (await classify(context, images.similar)).score,
    scoreAdversarial: (await classify(context, images.adversarial)).score,
    psnr: pairs(pixels, similar, adversarial, (a, b) => finite(psnr(a, b))),
    ssim: pairs(pixels, similar, adversarial, (a, b) => ssim(a, b, size, size)),
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
