import type { GeometricRanges } from '../models/augmentation';
import type { GeneratorOptions } from '../models/networks/generator';
import type { ResNetOptions } from '../models/networks/resnet';
import type { DecisionRule } from './frozen-classifier';
import type { ClassifierLossSettings } from './losses/classifier';
import type { MaskSettings } from './losses/mask';
import type { PairSettings } from './losses/pair';
import type { PlateauSchedule } from './schedule';

/** Settings that every training shares. */
export interface ScheduleConfig {
  seed: number;
  /** Images a step, over all workers. */
  batch: number;
  /** Images a worker holds at once; a larger share is accumulated. */
  microBatch: number;
  epochs: number;
  /** Drawn images an epoch. */
  imagesPerEpoch: number;
  learningRate: number;
  weightDecay: number;
  averageDecay: number;
  /** The paper's schedule; absent: one cycle. */
  plateau?: PlateauSchedule;
}

export interface PhotometricRanges {
  /** Contrast factor uniform between 1 ± this. */
  contrast: number;
  /** Brightness shift uniform in ± this. */
  brightness: number;
  /** Number of erased rectangles and their side range, fractions of the image's side. */
  erased: { count: number; side: [number, number] };
}

/** Painted into drawn images without changing what they show (distractors.ts). */
export interface DistractorConfig {
  /** Share of drawn images that carry streaks. */
  streakShare: number;
  /** Share of drawn images that carry a change made by an earlier generator for another image. */
  changeShare: number;
  /** Different changes kept of each of those generators. */
  changesEach: number;
  /** SHA-256 of the weights of those generators. */
  generators: string[];
}

/** Training of a classifier (classifier-task.ts); settings of its loss as `losses/classifier` declares them. */
export interface ClassifierConfig extends ClassifierLossSettings {
  kind: 'classifier';
  network: ResNetOptions;
  schedule: ScheduleConfig;
  geometric: GeometricRanges;
  photometric: PhotometricRanges;
  paintedShare: number;
  boxedPositivesOnly: boolean;
  /** Training labels drawn by lot (permuted-source.ts): a control. */
  permutedLabels: boolean;
  distractors: DistractorConfig;
  /** SHA-256 of the weights of the classifier that the training started from; absent: random weights. */
  initialClassifier?: string;
}

/** Training of a generator of images (generator-task.ts); settings of its loss as `losses/pair` declares them. */
export type GeneratorConfig = PairSettings &
  DecisionRule & {
    kind: 'generator';
    /** Name of the preset that the weights started from. */
    preset: string;
    network: GeneratorOptions;
    schedule: ScheduleConfig;
    geometric: GeometricRanges;
    paintedShare: number;
    /** SHA-256 of the weights of the generator that the training started from; absent: random weights. */
    initialGenerator?: string;
  };

/** Training of a Mask Generator (mask-task.ts); weights of its loss as `losses/mask` declares them. */
export interface MaskConfig extends DecisionRule {
  kind: 'mask';
  network: GeneratorOptions;
  schedule: ScheduleConfig;
  geometric: GeometricRanges;
  weights: MaskSettings;
  paintedShare: number;
  /** SHA-256 of the weights of the generator that the training started from; absent: random weights. */
  initialGenerator?: string;
}

export type TrainingConfig = ClassifierConfig | GeneratorConfig | MaskConfig;

/** Steps of a whole training. */
export function totalSteps({ epochs, imagesPerEpoch, batch }: ScheduleConfig): number {
  return epochs * stepsPerEpoch({ imagesPerEpoch, batch });
}

export function stepsPerEpoch({
  imagesPerEpoch,
  batch,
}: Pick<ScheduleConfig, 'imagesPerEpoch' | 'batch'>): number {
  return Math.max(1, Math.floor(imagesPerEpoch / batch));
}
