import * as tf from '@tensorflow/tfjs';
import { buildResNet } from '../models/networks/resnet';
import { drawBatch, validationBatch, type Batch } from './batch';
import type { ClassifierConfig } from './config';
import { namedGradients } from './gradients';
import { classifierTerms } from './losses/classifier';
import type { SeenClassified } from './losses/classifier/term';
import { summed, type OpenTerm } from './losses/term';
import { valuesOf } from './read-back';
import type { SampleSource } from './samples';
import type { TaskGradients, TrainingTask, ValidationRow } from './task';

/** Trains a ResNet on image labels, of two classes, of several or of independent findings, and, where boxes are known, on which cells of its last features are covered. */
export class ClassifierTask implements TrainingTask {
  readonly network: tf.LayersModel;
  private readonly terms: readonly OpenTerm<SeenClassified>[];

  constructor(
    private readonly config: ClassifierConfig,
    private readonly source: SampleSource,
  ) {
    this.network = buildResNet(config.network).trainingModel;
    this.terms = classifierTerms.flatMap(term => term.open(config, undefined) ?? []);
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
      const [logits] = this.network.apply(validationBatch(this.source, indexes)) as tf.Tensor[];
      return logits;
    });
    const answers = logits.length / indexes.length;
    return indexes.map((index, n) => [index, ...logits.subarray(n * answers, (n + 1) * answers)]);
  }

  private loss({
    images,
    labels,
    truth,
    truthKnown,
  }: Batch): { loss: tf.Scalar } & Record<string, tf.Scalar> {
    const [logits, cells] = this.network.apply(images, { training: true }) as [tf.Tensor, tf.Tensor4D];
    return summed(this.terms, { logits, cells, labels, truth, truthKnown });
  }
}
