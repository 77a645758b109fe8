import * as tf from '@tensorflow/tfjs';
import { buildResNet } from '../models/networks/resnet';
import { drawBatch, validationBatch, type Batch } from './batch';
import type { ClassifierConfig } from './config';
import { namedGradients } from './gradients';
import { binaryCrossEntropy } from './losses/binary-cross-entropy';
import { valuesOf } from './read-back';
import type { SampleSource } from './samples';
import type { TaskGradients, TrainingTask, ValidationRow } from './task';

/** Trains a ResNet on image labels and, where boxes are known, on which cells of its last features are covered. */
export class ClassifierTask implements TrainingTask {
  readonly network: tf.LayersModel;

  constructor(
    private readonly config: ClassifierConfig,
    private readonly source: SampleSource,
  ) {
    this.network = buildResNet(config.network).trainingModel;
  }

  async gradients(positions: readonly number[]): Promise<TaskGradients> {
    const { schedule, geometric, photometric } = this.config;
    const batch = await drawBatch(this.source, positions, schedule.seed, geometric, photometric);
    try {
      return await namedGradients(this.network, () => this.loss(batch));
    } finally {
      tf.dispose([batch.images, batch.truth]);
    }
  }

  async validate(indexes: readonly number[]): Promise<ValidationRow[]> {
    const logits = await valuesOf(() => {
      const [logit] = this.network.apply(validationBatch(this.source, indexes)) as tf.Tensor[];
      return logit;
    });
    return indexes.map((index, n) => [index, logits[n]]);
  }

  private loss(batch: Batch): Record<'loss' | 'image' | 'cells', tf.Scalar> {
    const { labelSmoothing, cellWeight, classWeights } = this.config;
    const [logits, cells] = this.network.apply(batch.images, { training: true }) as tf.Tensor[];
    const targets = tf.tensor2d(
      batch.labels.map(label => [label ? 1 - labelSmoothing : labelSmoothing]),
      [batch.labels.length, 1],
    );
    const weights = tf.tensor2d(
      batch.labels.map(label => [classWeights[label]]),
      [batch.labels.length, 1],
    );
    const image = tf.mean(tf.mul(binaryCrossEntropy(logits, targets), weights)) as tf.Scalar;
    const cell = this.cellLoss(cells as tf.Tensor4D, batch);
    return { loss: tf.add(image, tf.mul(cell, cellWeight)), image, cells: cell };
  }

  /** Mean cell cross-entropy over the images whose opacities are boxed, covered cells weighted up. */
  private cellLoss(cells: tf.Tensor4D, batch: Batch): tf.Scalar {
    const known = batch.truthKnown.filter(Boolean).length;
    if (known === 0) return tf.mul(tf.sum(cells), 0) as tf.Scalar;
    const side = batch.truth.shape[1] / cells.shape[1];
    const coverage = tf.avgPool(batch.truth, side, side, 'valid');
    const weight = tf.add(1, tf.mul(coverage, this.config.positiveCellWeight - 1));
    const mask = tf.tensor4d(batch.truthKnown.map(Number), [batch.truthKnown.length, 1, 1, 1]);
    const each = tf.mul(tf.mul(binaryCrossEntropy(cells, coverage), weight), mask);
    return tf.div(tf.sum(each), known * cells.shape[1] * cells.shape[2]) as tf.Scalar;
  }
}
