import * as tf from '@tensorflow/tfjs';
import { calibratedLogits } from '../models/classify';
import { buildGenerator, type GeneratorNetwork } from '../models/networks/generator';
import { iouAtPercentile } from '../metrics/iou-at-percentile';
import { localisationCase, rankMap } from '../metrics/localisation-case';
import { pointingGame } from '../metrics/pointing-game';
import { drawBatch, validationBatch } from './batch';
import { totalSteps, type GeneratorConfig } from './config';
import { namedGradients } from './gradients';
import { binaryCrossEntropy } from './losses/binary-cross-entropy';
import { similarityLoss } from './losses/similarity';
import { totalVariation } from './losses/total-variation';
import { weightDistance } from './losses/weight-distance';
import { annealed } from './schedule';
import type { SampleSource } from './samples';
import type { LossTerms, TrainingTask, ValidationRow } from './task';

const iou90 = iouAtPercentile(90);

/** Trains a generator through a frozen classifier: L = L_sim + L_cls + L_gen + L_reg, paper eq. (5). */
export class GeneratorTask implements TrainingTask {
  readonly network: tf.LayersModel;
  private readonly generator: GeneratorNetwork;

  /**
   * @param classifier frozen, [N, S, S, 1] → logit [N, 1]
   */
  constructor(
    private readonly config: GeneratorConfig,
    private readonly source: SampleSource,
    private readonly classifier: tf.LayersModel,
  ) {
    this.generator = buildGenerator(config.network);
    this.network = this.generator.model;
  }

  gradients(positions: readonly number[], step: number): { terms: LossTerms; gradients: tf.Tensor[] } {
    const { schedule, geometric, classification } = this.config;
    const batch = drawBatch(this.source, positions, schedule.seed, geometric);
    const targets = this.targets(batch.images);
    const weight = annealed(step, totalSteps(schedule), classification.start, classification.end);
    try {
      return namedGradients(this.network, () => this.loss(batch.images, targets, weight));
    } finally {
      tf.dispose([batch.images, batch.truth, targets]);
    }
  }

  /**
   * Row: index, calibrated logits of x, x_s and x_a, mean squared error of x_s and x_a, IoU of the truth and the top
   * tenth of the map, and whether the map's maximum lies in the truth (NaN where an image has no truth).
   */
  validate(indexes: readonly number[]): ValidationRow[] {
    return tf.tidy(() => {
      const x = validationBatch(this.source, indexes);
      const { similar, adversarial } = split(this.network.apply(x) as tf.Tensor | tf.Tensor[]);
      const images = similar ? [x, similar, adversarial] : [x, x, adversarial];
      const logits = images.map(image => this.logits(image).dataSync());
      const errors = images
        .slice(1)
        .map(image => tf.mean(tf.squaredDifference(image, x), [1, 2, 3]).dataSync());
      const maps = tf.mean(tf.abs(tf.sub(images[1], adversarial)), 3);
      return indexes.map((index, n) => {
        const map = tf.slice(maps, [n, 0, 0], [1, -1, -1]).dataSync() as Float32Array;
        return [index, ...logits.map(z => z[n]), ...errors.map(e => e[n]), ...this.localisation(index, map)];
      });
    });
  }

  private localisation(index: number, map: Float32Array): [iou: number, hit: number] {
    const { label, truth } = this.source.validation(index);
    if (label === 0 || !truth) return [NaN, NaN];
    const inside = Uint8Array.from(truth, share => (share >= 0.5 ? 1 : 0));
    if (!inside.includes(1)) return [NaN, NaN]; // an opacity outside the frame, or smaller than a pixel
    const localisation = localisationCase(rankMap(map), inside);
    return [iou90.compute(localisation), pointingGame.compute(localisation)];
  }

  private targets(x: tf.Tensor4D): tf.Tensor1D {
    return tf.tidy(() => {
      const score = tf.sigmoid(this.logits(x));
      return this.config.target === 'decision' ? tf.cast(tf.greater(score, 0.5), 'float32') : score;
    });
  }

  private logits(images: tf.Tensor4D): tf.Tensor1D {
    return calibratedLogits(this.config, this.classifier.apply(images) as tf.Tensor);
  }

  private loss(x: tf.Tensor4D, targets: tf.Tensor1D, classificationWeight: number): LossTensors {
    const { config } = this;
    const { similar, adversarial } = split(
      this.network.apply(x, { training: true }) as tf.Tensor | tf.Tensor[],
    );
    const similarity = similarityLoss(x, similar, adversarial, config.similarity);
    const classification = this.classificationLoss(similar, adversarial, targets);
    const variation = totalVariation(tf.sub(similar ?? x, adversarial));
    const distance = weightDistance(
      this.generator.pairs.map(([a, b]) => [a.read(), b.read()] as [tf.Tensor, tf.Tensor]),
    );
    const loss = tf.addN([
      similarity,
      tf.mul(classification, classificationWeight) as tf.Scalar,
      tf.mul(variation, config.totalVariation) as tf.Scalar,
      tf.mul(distance, config.weightDistance) as tf.Scalar,
    ]) as tf.Scalar;
    return { loss, sim: similarity, cls: classification, tv: variation, w: distance };
  }

  /** Eq. (7): BCE(f(x), f(x_s)) + BCE(1 − f(x), f(x_a)); one pass of the classifier over both. */
  private classificationLoss(
    similar: tf.Tensor4D | undefined,
    adversarial: tf.Tensor4D,
    targets: tf.Tensor1D,
  ): tf.Scalar {
    const flipped = tf.sub(1, targets) as tf.Tensor1D;
    if (!similar) return tf.mean(binaryCrossEntropy(this.logits(adversarial), flipped)) as tf.Scalar;
    const logits = this.logits(tf.concat([similar, adversarial], 0));
    const each = binaryCrossEntropy(logits, tf.concat([targets, flipped], 0));
    return tf.div(tf.sum(each), targets.shape[0]) as tf.Scalar;
  }
}

type LossTensors = Record<'loss' | 'sim' | 'cls' | 'tv' | 'w', tf.Scalar>;

function split(outputs: tf.Tensor | tf.Tensor[]): { similar?: tf.Tensor4D; adversarial: tf.Tensor4D } {
  const list = (Array.isArray(outputs) ? outputs : [outputs]) as tf.Tensor4D[];
  return list.length === 2 ? { similar: list[0], adversarial: list[1] } : { adversarial: list[0] };
}
