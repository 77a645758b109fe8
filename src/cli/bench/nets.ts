import { predictionRanges } from '../../models/augmentation';
import type { GeneratorOptions } from '../../models/networks/generator';
import type { ResNetOptions } from '../../models/networks/resnet';
import type { ScheduleConfig, TrainingConfig } from '../../training/config';
import { classifierLossOptions, classifierLossSettings } from '../../training/losses/classifier';
import { pairOptions, pairSettings } from '../../training/losses/pair';

/** A training step that is measured. */
export interface BenchNet {
  id: string;
  title: string;
  classifier: Pick<ResNetOptions, 'depth' | 'width'>;
  /** Trained through the frozen classifier; absent: the classifier itself is trained. */
  generator?: Pick<GeneratorOptions, 'width' | 'levels' | 'residualBound'>;
  /** Images a step, over all workers, and those a worker holds at once. */
  batch: number;
  microBatch: number;
}

const single2 = { width: 16, levels: 5, residualBound: 0.35 };

/** What `explain bench train --net` knows. */
export const benchNets: readonly BenchNet[] = [
  {
    id: 'r18',
    title: 'classifier ResNet18 w32',
    classifier: { depth: 18, width: 32 },
    batch: 8,
    microBatch: 8,
  },
  {
    id: 'r18-w64',
    title: 'classifier ResNet18 w64',
    classifier: { depth: 18, width: 64 },
    batch: 8,
    microBatch: 4,
  },
  {
    id: 'resnet50',
    title: 'classifier ResNet50 w64',
    classifier: { depth: 50, width: 64 },
    batch: 2,
    microBatch: 2,
  },
  {
    id: 'generator',
    title: 'Single_2, U-Net b16 at full resolution, through ResNet18 w32',
    classifier: { depth: 18, width: 32 },
    generator: single2,
    batch: 4,
    microBatch: 4,
  },
  {
    id: 'generator-b8',
    title: 'Single_2, U-Net b8 at full resolution, through ResNet18 w32',
    classifier: { depth: 18, width: 32 },
    generator: { ...single2, width: 8 },
    batch: 4,
    microBatch: 4,
  },
  {
    id: 'resnet50-single2',
    title: 'Single_2, U-Net b16 at full resolution, through ResNet50 w64',
    classifier: { depth: 50, width: 64 },
    generator: single2,
    batch: 2,
    microBatch: 1,
  },
];

/** The classifier's network at a size. */
export function classifierOptions({ classifier }: BenchNet, size: number): ResNetOptions {
  return { ...classifier, size, channels: 1, head: 'features', seed: 1 };
}

/** Settings of a training of the net as `explain train` makes them. */
export function benchConfig(net: BenchNet, size: number): TrainingConfig {
  const schedule: ScheduleConfig = {
    seed: 1,
    batch: net.batch,
    microBatch: net.microBatch,
    epochs: 1,
    imagesPerEpoch: 1000 * net.batch,
    learningRate: 1e-4,
    weightDecay: 0,
    averageDecay: 0.98,
  };
  if (!net.generator) {
    return {
      kind: 'classifier',
      network: classifierOptions(net, size),
      schedule,
      geometric: predictionRanges,
      photometric: { contrast: 0.25, brightness: 0.15, erased: { count: 0, side: [0, 0] } },
      ...classifierLossSettings(classifierLossOptions.parse({})),
      paintedShare: 0,
      boxedPositivesOnly: false,
      permutedLabels: false,
      distractors: { streakShare: 0, changeShare: 0, changesEach: 0, generators: [] },
    };
  }
  return {
    kind: 'generator',
    preset: 'annealed',
    network: {
      ...net.generator,
      kind: 'single2',
      size,
      channels: 1,
      inputPooling: 1,
      outputLevel: 0,
      output: 'residual',
      seed: 1,
    },
    schedule,
    geometric: predictionRanges,
    ...pairSettings(
      { ...pairOptions.parse({}), classificationEnd: 1 },
      { model: net.id, classes: 2, views: [] },
    ),
    paintedShare: 0,
    calibration: { method: 'platt', slope: 1, intercept: 0, fittedOn: 'val', reliability: [] },
  };
}
