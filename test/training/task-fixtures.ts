import type * as tf from '@tensorflow/tfjs';
import { buildGenerator, type GeneratorOptions } from '../../src/models/networks/generator';
import { seededRandom, uniform } from '../../src/models/random';
import type { ClassifierConfig, GeneratorConfig, MaskConfig } from '../../src/training/config';
import type { Sample, SampleSource } from '../../src/training/samples';

export const size = 64;

/** Noise; positives with a bright square in the left or right half, whose place is known. */
export const toySource: SampleSource = {
  size,
  draw: position => toySample(`draw/${position}`, position % 2 === 0 ? 1 : 0),
  validationCount: 6,
  validation: index => toySample(`val/${index}`, index % 2 === 0 ? 1 : 0),
};

function toySample(seed: string, label: 0 | 1): Sample {
  const random = seededRandom(seed);
  const pixels = Float32Array.from({ length: size * size }, () => uniform(random, 0.2, 0.5));
  const truth = new Float32Array(size * size);
  const [left, top] = [4 + Math.floor(random() * 40), 4 + Math.floor(random() * 40)];
  for (let y = top; label === 1 && y < top + 16; y++) {
    for (let x = left; x < left + 16; x++) {
      pixels[y * size + x] += 0.45;
      truth[y * size + x] = 1;
    }
  }
  return { pixels, truth, label, view: random() < 0.5 ? 'AP' : 'PA' };
}

export const schedule = {
  seed: 5,
  batch: 4,
  microBatch: 2,
  epochs: 2,
  imagesPerEpoch: 40,
  learningRate: 3e-3,
  weightDecay: 0.05,
  averageDecay: 0.9,
};

const geometric = {
  rotationDegrees: 10,
  shiftFraction: 0.1,
  zoom: [0.9, 1.1] as [number, number],
  horizontalFlip: true,
  verticalFlip: false,
};

export const classifierConfig: ClassifierConfig = {
  kind: 'classifier',
  network: { depth: 18, width: 4, size, channels: 1, head: 'features', seed: 3 },
  schedule,
  geometric,
  photometric: { contrast: 0.25, brightness: 0.15, erased: { count: 1, side: [0.1, 0.3] } },
  labelSmoothing: 0.05,
  classWeights: [1, 1],
  cellWeight: 1,
  positiveCellWeight: 3,
  paintedShare: 0,
  boxedPositivesOnly: false,
  permutedLabels: false,
  distractors: { streakShare: 0, changeShare: 0, changesEach: 0, generators: [] },
};

export const generatorConfig: GeneratorConfig = {
  kind: 'generator',
  preset: 'annealed',
  classificationTerms: { similar: 1, adversarial: 1 },
  network: {
    kind: 'single2',
    size,
    channels: 1,
    width: 4,
    levels: 3,
    inputPooling: 2,
    outputLevel: 1,
    output: 'residual',
    residualBound: 0.35,
    seed: 4,
  },
  schedule,
  geometric,
  similarity: { similarL2: 3, similarL1: 1, adversarial: 1, pair: 0.2 },
  classification: { start: 1, end: 0.05 },
  weightDistance: 0.2,
  totalVariation: 0.5,
  classificationLoss: { form: 'bce' },
  target: 'score',
  paintedShare: 0,
  calibration: { method: 'platt', slope: 1.3, intercept: 0.2, fittedOn: 'val', reliability: [] },
};

export const maskConfig: MaskConfig = {
  kind: 'mask',
  network: { ...generatorConfig.network, kind: 'mask', outputLevel: 0, output: 'plain' },
  schedule,
  geometric,
  weights: { area: 8, areaPower: 0.3, totalVariation: 0.5, keep: 0.3, destroy: 1, destroyPower: 0.3 },
  paintedShare: 0,
  calibration: generatorConfig.calibration,
};

/** A pair generator of 16 × 16 pixels whose seed tells it from others. */
export function smallGenerator(
  seed: number,
  options: Partial<Pick<GeneratorOptions, 'kind' | 'outputLevel' | 'residualBound' | 'labels'>> = {},
): tf.LayersModel {
  return buildGenerator({
    kind: 'single2',
    size: 16,
    channels: 1,
    width: 2,
    levels: 2,
    inputPooling: 2,
    outputLevel: 0,
    output: 'residual',
    residualBound: 0.35,
    seed,
    ...options,
  }).model;
}
