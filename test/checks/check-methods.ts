/**
 * Compares every explanation method, and the metrics that need a map, with values computed independently: PyTorch's
 * automatic differentiation, SciPy's warps and blur, NumPy (`reference.py`).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { prepareNodeBackend } from '../../src/backends/node';
import {
  disposeExplanation,
  methodById,
  MethodUnavailableError,
  type ExplainContext,
} from '../../src/explain';
import {
  curveArea,
  localisationCase,
  localisationMetrics,
  meanCurve,
  partialFrom,
  precisionSensitivity,
  rankMap,
} from '../../src/metrics';
import { seededRandom } from '../../src/models/random';
import { generatorsOf, pairKinds } from '../../src/models/generator-choice';
import { loadModelPackage, readModelCard } from '../../src/models/package';
import { encodeNpy } from '../../src/io/npy';
import { folderReader } from '../../src/io/folder-reader';
import {
  calibratedBetween,
  channelStatistics,
  importedGraph,
  importedResNet,
  pairFactors,
  phantomImages,
  withPair,
} from './networks';
import {
  augmentedMap,
  CheckWriter,
  classifierMaps,
  curves,
  generatorMaps,
  pairAttributions,
  shortBbmp,
} from './our-maps';
import { runPython } from './python';

export interface Comparison {
  /** What was compared. */
  name: string;
  /** On which network or data. */
  on: string;
  against: string;
  /**
   * Largest absolute error over the largest expected value (metrics: absolute; maps that carry rounding: root mean squares over
   * the map; completeness gaps: over the numbers that were subtracted).
   */
  error: number;
  bound: number;
}

/** What has a bound of its own, and why. */
const ownBounds: Record<string, number> = {
  // Over the numbers that were subtracted (`gap_error`), of which the smallest gap here is 1.7e-4.
  'Completeness gap': 2e-5,
  'Path, completeness gap': 2e-5,
  'Evidence change, completeness gap': 2e-5,
  // R answers the covered images nearly alike, and its calibration stretches what rounding leaves of that.
  Occlusion: 3e-4,
  // Rounding is carried through the steps of Adam: see `carriesRounding`.
  BBMP: 1e-3,
  [shortBbmp]: 1e-2,
  'Perceptual Perturbation': 1e-2,
};
const usualBound = 1e-4;

/** Runs all comparisons; about half a minute. @throws Error where a step fails, e.g. without PyTorch */
export async function checkMethods(): Promise<{ comparisons: Comparison[]; refusal: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'check-methods-'));
  try {
    await prepareNodeBackend('wasm');
    const graph = await graphCase(folder);
    const cases = [
      await resnetCase(folder),
      graph.entry,
      await packageCase(folder, 'cxr-pneumonia'),
      await packageCase(folder, 'cxr-pneumonia-plain'),
      metricsCase(folder),
    ];
    writeFileSync(path.join(folder, 'cases.json'), JSON.stringify(cases));
    const lines = runPython(['test/checks/reference.py', 'compare', folder]).trim().split('\n');
    const found = lines.map(line => JSON.parse(line) as { case: string; check: string; error: number });
    const expected = cases.reduce((sum, entry) => sum + countOf(entry), 0);
    if (found.length !== expected) throw new Error(`${found.length} of ${expected} values were compared.`);
    const comparisons = found.map(({ case: on, check, error }): Comparison => {
      const { against, bound } = cases.find(({ name }) => name === on)!;
      return { name: check, on, against, error, bound: bound ?? ownBounds[check] ?? usualBound };
    });
    return { comparisons: [...comparisons, ...(await backendComparisons())], refusal: graph.refusal };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface CaseEntry {
  name: string;
  against: string;
  bound?: number;
  network: string;
  checks?: unknown[];
  curves?: { values: object; map: string; steps: number }[];
  values?: object;
  [more: string]: unknown;
}

function countOf({ checks = [], curves: measured = [], values = {} }: CaseEntry): number {
  const numbers = measured.reduce((sum, curve) => sum + Object.keys(curve.values).length, 0);
  return checks.length + numbers + Object.keys(values).length;
}

async function resnetCase(folder: string): Promise<CaseEntry> {
  const plain = await importedResNet(folder);
  const images = phantomImages(plain, ['methods/1', 'methods/2']);
  const context = calibratedBetween(plain, images);
  const writer = new CheckWriter(folder, 'resnet');
  classifierMaps(context, images, writer);
  augmentedMap(context, images, writer, { name: 'Gradient + aug', id: 'gradient', as: 'gradient+aug' });
  augmentedMap(context, images, writer, { name: 'GradCAM + aug', id: 'gradcam', as: 'gradcam+aug' });
  pairAttributions(withPair(context), images, writer, { id: 'single2', as: pairFactors, linearHead: true });
  const { map } = methodById('gradient').explain(context, images);
  const { slope, intercept } = context.card.calibration!;
  return {
    name: 'imported PyTorch ResNet18',
    against: 'torch.autograd on the PyTorch network',
    network: 'resnet',
    state: 'state.pt',
    ...channelStatistics,
    features: 'layer4.1',
    // The ReLU at each block's entry; before the first block lies a pooling, so its own first ReLU counts.
    relus: [
      'layer1.0.relu1',
      'layer1.0',
      'layer1.1',
      'layer2.0',
      'layer2.1',
      'layer3.0',
      'layer3.1',
      'layer4.0',
    ],
    images: writer.write(
      'images',
      tf.tidy(() => images.transpose([0, 3, 1, 2])),
    ),
    calibration: [slope, intercept],
    operatingPoint: context.card.operatingPoint,
    checks: writer.checks,
    curves: [{ map: writer.write('order', map), steps: 10, values: await curves(context, images, map) }],
  };
}

async function graphCase(folder: string): Promise<{ entry: CaseEntry; refusal: string }> {
  const context = await importedGraph(folder);
  const images = phantomImages(context, ['methods/1', 'methods/2']);
  const writer = new CheckWriter(folder, 'graph');
  const names = ['Gradient', 'Gradient of the score', 'Input Gradient', 'SmoothGrad', 'Integrated Gradients'];
  classifierMaps(context, images, writer, [...names, 'GradCAM', 'Occlusion', 'RISE', 'BBMP']);
  pairAttributions(withPair(context), images, writer, { id: 'single2', as: pairFactors, linearHead: true });
  const entry = {
    name: 'imported graph model, 3 classes',
    against: 'torch.autograd',
    network: 'graph',
    weights: 'graph/classifier/model.json',
    features: 'deep',
    images: writer.write(
      'images',
      tf.tidy(() => images.transpose([0, 3, 1, 2])),
    ),
    checks: writer.checks,
  };
  return { entry, refusal: refusalOf(context, images) };
}

function refusalOf(context: ExplainContext, images: tf.Tensor4D): string {
  try {
    disposeExplanation(methodById('perceptual-perturbation').explain(context, images));
  } catch (error) {
    if (error instanceof MethodUnavailableError) return error.message;
    throw error;
  }
  throw new Error('Perceptual Perturbation ran on a graph model: compare its map as well.');
}

async function packageCase(folder: string, name: string): Promise<CaseEntry> {
  const source = path.resolve('models', name);
  const read = folderReader(source);
  const generators = Object.keys((await readModelCard(read)).generators);
  const context = await loadModelPackage(read, { generators });
  // For which each package's classifier has evidence: where hardly any is left, Guided GradCAM is what rounding leaves of it.
  const images = phantomImages(context, ['methods/5', 'methods/9']);
  const writer = new CheckWriter(folder, name);
  generatorMaps(context, images, writer);
  classifierMaps(context, images, writer, ['Gradient', 'GradCAM']);
  const [generator] = generatorsOf(context.card, pairKinds);
  pairAttributions(context, images, writer, {
    id: generator,
    as: generator,
    linearHead: false,
  });
  augmentedMap(context, images, writer, {
    name: `Evidence change (${generator}) + aug`,
    id: 'evidence-change',
    as: 'evidence-change+aug',
    options: { generator, points: 2 },
  });
  augmentedMap(context, images, writer, {
    name: `Similar–Adversarial (${generator}) + aug`,
    id: 'similar-adversarial',
    as: 'difference+aug',
    options: { generator },
  });
  const { calibration, operatingPoint, classifier } = context.card;
  const entry = {
    name: `models/${name}`,
    against: 'PyTorch, from the stored files',
    network: 'package',
    package: source,
    kinks: true,
    features: classifier.featureLayer,
    evidence: classifier.evidenceLayer ?? classifier.featureLayer,
    images: writer.write(
      'images',
      tf.tidy(() => images.transpose([0, 3, 1, 2])),
    ),
    calibration: calibration && [calibration.slope, calibration.intercept],
    operatingPoint,
    checks: writer.checks,
  };
  images.dispose();
  context.dispose();
  return entry;
}

/** Localisation metrics of random maps, one that knows the truth a little and one that does not. */
function metricsCase(folder: string): CaseEntry {
  const size = 64;
  const inBox = (i: number): boolean => {
    const [row, column] = [Math.floor(i / size), i % size];
    return row >= 12 && row < 33 && column >= 30 && column < 47;
  };
  const truth = Uint8Array.from({ length: size * size }, (_, i) => (inBox(i) ? 1 : 0));
  const cases = [0.4, 0].map((knowledge, n) => {
    // A permutation's values: no ties.
    const random = seededRandom(`metrics/${n}`);
    const keys = Array.from({ length: size * size }, (_, i) => random() + knowledge * truth[i]);
    const ranks = new Float32Array(keys.length);
    keys
      .map((key, i) => [key, i])
      .sort(([a], [b]) => a - b)
      .forEach(([, i], rank) => (ranks[i] = rank + 1));
    return { map: ranks, localisation: localisationCase(rankMap(ranks), truth) };
  });
  const values: Record<string, number[]> = Object.fromEntries(
    localisationMetrics.map(({ id, compute }) => [
      id,
      cases.map(({ localisation }) => compute(localisation)),
    ]),
  );
  const curve = meanCurve(cases.map(({ localisation }) => precisionSensitivity(localisation)));
  Object.assign(values, { total: [curveArea(curve)], partial: [curveArea(curve, partialFrom)] });
  const write = (name: string, pixels: ArrayLike<number>): string => {
    writeFileSync(path.join(folder, name), encodeNpy(Float32Array.from(pixels), [size, size]));
    return name;
  };
  return {
    name: 'two maps of 64 × 64 and a box',
    against: 'NumPy, by the definition',
    bound: 1e-12,
    network: 'none',
    maps: cases.map(({ map }, n) => write(`metrics-map-${n}.npy`, map)),
    truths: cases.map((_, n) => write(`metrics-truth-${n}.npy`, truth)),
    values,
  };
}

/** The viewer's and the command's usual backend beside plain JavaScript. */
async function backendComparisons(): Promise<Comparison[]> {
  const found: Record<string, Float32Array[]> = {};
  for (const backend of ['cpu', 'wasm'] as const) {
    await prepareNodeBackend(backend);
    const context = await loadModelPackage(folderReader('models/phantom'));
    const images = phantomImages(context, ['methods/4']);
    const { map, similar, adversarial } = methodById('similar-adversarial').explain(context, images);
    for (const [name, values] of Object.entries({
      'Similar–Adversarial': map,
      x_s: similar!,
      x_a: adversarial!,
    })) {
      (found[name] ??= []).push((await values.data()) as Float32Array);
    }
    tf.dispose([images, map, similar!, adversarial!]);
    context.dispose();
  }
  return Object.entries(found).map(([name, [expected, ours]]) => {
    const difference = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - ours[i])), 0);
    const error = difference / Math.max(...expected);
    return { name, on: 'models/phantom', against: 'the cpu backend', error, bound: usualBound };
  });
}
