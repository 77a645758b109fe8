import type { GeometricRanges } from '../models/augmentation';
import type { GeneratorOptions } from '../models/networks/generator';
import type { ResNetOptions } from '../models/networks/resnet';
import type { DecisionRule } from './frozen-classifier';
import type { MaskWeights } from './losses/mask';
import type { SimilarityWeights } from './losses/similarity';

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

/** Divides the learning rate where the training loss stops falling, and ends where the validation stops improving. */
export interface PlateauSchedule {
  /** Epochs without a lower training loss after which the learning rate is divided. */
  patience: number;
  factor: number;
  /** Epochs without a better validation after which the training ends. */
  stopAfter: number;
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

export interface ClassifierConfig {
  kind: 'classifier';
  network: ResNetOptions;
  schedule: ScheduleConfig;
  geometric: GeometricRanges;
  photometric: PhotometricRanges;
  /** Image targets are smoothing and 1 − smoothing. */
  labelSmoothing: number;
  /** Factors of the image loss of negatives and positives. */
  classWeights: [negative: number, positive: number];
  /** Weight of the cell loss; 0 trains on image labels alone. */
  cellWeight: number;
  /** Weight of fully covered cells against empty ones. */
  positiveCellWeight: number;
  paintedShare: number;
  boxedPositivesOnly: boolean;
  /** Training labels drawn by lot (permuted-source.ts): a control. */
  permutedLabels: boolean;
  distractors: DistractorConfig;
  /** SHA-256 of the weights of the classifier that the training started from; absent: random weights. */
  initialClassifier?: string;
}

/** Weights of the loss of an image generator, paper eq. (5). */
export interface PairLossWeights {
  similarity: SimilarityWeights;
  /** Weight of the classification loss (eq. 7): geometric from start to end over the training. */
  classification: { start: number; end: number };
  /** λ_w of eq. (8). */
  weightDistance: number;
  /** λ_tv of eq. (9). */
  totalVariation: number;
}

/** Form of the classification loss: eq. (7), two classes only, or eq. (10) with its margin κ in logits. */
export type ClassificationLoss = { form: 'bce' } | { form: 'carlini-wagner'; margin: number };

/** Realism of generated images for the class they show, judged by a discriminator that is trained beside the generator. */
export interface RealismConfig {
  /** Weight of the realism of x_a. */
  adversarial: number;
  /** Weight of the realism of x_s. */
  similar: number;
  /** Its learning rate over the generator's. */
  rateFactor: number;
  /** The views that it tells apart; others count as the first. */
  views: string[];
}

export interface GeneratorConfig extends PairLossWeights, DecisionRule {
  kind: 'generator';
  /** Name of the preset that the weights started from. */
  preset: string;
  network: GeneratorOptions;
  schedule: ScheduleConfig;
  geometric: GeometricRanges;
  classificationLoss: ClassificationLoss;
  /** Factors of its two terms. */
  classificationTerms: { similar: number; adversarial: number };
  /** Target of eq. (7): f(x) itself, or its rounded decision. */
  target: 'score' | 'decision';
  /** Absent: realism is not asked for. */
  realism?: RealismConfig;
  /** Weight of the way back: mean of |g_a(x_a) − x|. Absent: not asked for. */
  cycle?: number;
  paintedShare: number;
  /** SHA-256 of the weights of the generator that the training started from; absent: random weights. */
  initialGenerator?: string;
}

/** Training of a Mask Generator (mask-task.ts). */
export interface MaskConfig extends DecisionRule {
  kind: 'mask';
  network: GeneratorOptions;
  schedule: ScheduleConfig;
  geometric: GeometricRanges;
  weights: MaskWeights;
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
