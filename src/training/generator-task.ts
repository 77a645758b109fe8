import * as tf from '@tensorflow/tfjs';
import { buildGenerator, type GeneratorNetwork } from '../models/networks/generator';
import { drawBatch, validationBatch, type Batch } from './batch';
import { totalSteps, type GeneratorConfig } from './config';
import { Critic } from './critic';
import { FrozenClassifier } from './frozen-classifier';
import { namedGradients } from './gradients';
import { mapLocalisation } from './localisation';
import { binaryCrossEntropy } from './losses/binary-cross-entropy';
import { adversarialMargin, similarMargin } from './losses/carlini-wagner';
import { similarityLoss } from './losses/similarity';
import { totalVariation } from './losses/total-variation';
import { weightDistance } from './losses/weight-distance';
import { annealed } from './schedule';
import { allValuesOf } from './read-back';
import type { SampleSource } from './samples';
import type { Panel, TaskGradients, TrainedWeights, TrainingTask, ValidationRow } from './task';

/** Trains a generator through a frozen classifier: L = L_sim + L_cls + L_gen + L_reg, paper eq. (5). */
export class GeneratorTask implements TrainingTask {
  readonly network: tf.LayersModel;
  /** Generator and, where realism is asked for, discriminator. */
  readonly trained: TrainedWeights;
  private readonly generator: GeneratorNetwork;
  private readonly classifier: FrozenClassifier;
  private readonly critic?: Critic;

  /**
   * @param classifier [N, S, S, 1] → logit [N, 1], or logits [N, K] of K > 2 classes
   * @throws Error when the loss is the binary cross-entropy and there are more than two classes
   */
  constructor(
    private readonly config: GeneratorConfig,
    private readonly source: SampleSource,
    classifier: tf.LayersModel,
  ) {
    this.classifier = new FrozenClassifier(classifier, config);
    if (config.classificationLoss.form === 'bce' && !this.classifier.isBinary) {
      throw new Error(
        'The binary cross-entropy (eq. 7) takes two classes; more need carlini-wagner (eq. 10).',
      );
    }
    this.generator = buildGenerator(config.network);
    this.network = this.generator.model;
    if (config.realism) {
      if (!this.classifier.isBinary) throw new Error('Realism is judged for two classes so far.');
      this.critic = new Critic(config.realism, config.network.size, config.network.seed);
    }
    this.trained = this.critic?.withOwn(this.network) ?? this.network;
  }

  async gradients(positions: readonly number[], step: number): Promise<TaskGradients> {
    const { schedule, geometric, classification } = this.config;
    const batch = await drawBatch(this.source, positions, schedule.seed, geometric);
    const targets = this.targets(batch.images);
    const weight = annealed(step, totalSteps(schedule), classification.start, classification.end);
    try {
      return await namedGradients(this.trained, () => this.loss(batch, targets, weight));
    } finally {
      tf.dispose([batch.images, batch.truth, targets]);
    }
  }

  /**
   * Row: index, signs (FrozenClassifier) of x, x_s and x_a, mean squared error of x_s and x_a, IoU of the truth and the
   * top tenth of the map, and whether the map's maximum lies in the truth (NaN where an image has no truth).
   */
  async validate(indexes: readonly number[]): Promise<ValidationRow[]> {
    const values = await allValuesOf(() => {
      const x = validationBatch(this.source, indexes);
      const { similar, adversarial } = split(this.network.apply(x) as tf.Tensor | tf.Tensor[]);
      const images = similar ? [x, similar, adversarial] : [x, x, adversarial];
      const logits = this.classifier.signs(images);
      const errors = images.slice(1).map(image => tf.mean(tf.squaredDifference(image, x), [1, 2, 3]));
      const maps = tf.mean(tf.abs(tf.sub(images[1], adversarial)), 3);
      return [maps, ...logits, ...errors];
    });
    const [maps, ...figures] = values;
    const length = maps.length / indexes.length;
    return indexes.map((index, n) => {
      const map = maps.slice(n * length, (n + 1) * length);
      const places = mapLocalisation(this.source.validation(index), map);
      return [index, ...figures.map(figure => figure[n]), ...places];
    });
  }

  async panels(indexes: readonly number[]): Promise<Panel[]> {
    const images = await allValuesOf(() => {
      const x = validationBatch(this.source, indexes);
      const { similar, adversarial } = split(this.network.apply(x) as tf.Tensor | tf.Tensor[]);
      const map = tf.abs(tf.sub(similar ?? x, adversarial));
      const perImage = tf.max(map, [1, 2, 3], true);
      const scaled = tf.div(map, tf.maximum(perImage, 1e-6));
      return similar ? [x, similar, adversarial, scaled] : [x, adversarial, scaled];
    });
    const names = images.length === 4 ? ['x', 'x_s', 'x_a', 'map'] : ['x', 'x_a', 'map'];
    return names.map((name, k) => ({ name, images: images[k] }));
  }

  /** What the classifier shall say of x_s: f(x) or its decision, [N]; for eq. (10) the decided class, [N, K]. */
  private targets(x: tf.Tensor4D): tf.Tensor {
    if (this.config.classificationLoss.form === 'carlini-wagner') return this.classifier.decisions(x);
    return tf.tidy(() => {
      const score = tf.sigmoid(this.classifier.logit(x));
      return this.config.target === 'decision' ? tf.cast(tf.greater(score, 0.5), 'float32') : score;
    });
  }

  private loss({ images: x, views }: Batch, targets: tf.Tensor, classificationWeight: number): LossTensors {
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
    const terms: LossTensors = { loss, sim: similarity, cls: classification, tv: variation, w: distance };
    const more = [this.realism(x, similar, adversarial, targets, views), this.wayBack(x, adversarial)];
    for (const { weighted, shown } of more.filter(each => each !== undefined)) {
      terms.loss = tf.add(terms.loss, weighted);
      Object.assign(terms, shown);
    }
    return terms;
  }

  /** Realism of both images for the decision they are to show, and the discriminator's own loss. */
  private realism(
    x: tf.Tensor4D,
    similar: tf.Tensor4D | undefined,
    adversarial: tf.Tensor4D,
    targets: tf.Tensor,
    views: readonly string[],
  ): AddedTerm | undefined {
    if (!this.critic) return undefined;
    const decisions = tf.cast(tf.greater(targets, 0.5), 'float32') as tf.Tensor1D;
    const { generated, discriminator } = this.critic.losses({ x, similar, adversarial, decisions, views });
    return { weighted: tf.add(generated, discriminator), shown: { real: generated, critic: discriminator } };
  }

  /** x_a of x_a shall be x again: what was changed can be changed back. */
  private wayBack(x: tf.Tensor4D, adversarial: tf.Tensor4D): AddedTerm | undefined {
    const { cycle } = this.config;
    if (!cycle) return undefined;
    const back = split(this.network.apply(adversarial, { training: true }) as tf.Tensor | tf.Tensor[]);
    const distance = tf.mean(tf.abs(tf.sub(back.adversarial, x))) as tf.Scalar;
    return { weighted: tf.mul(distance, cycle), shown: { cycle: distance } };
  }

  /** Eq. (7) or (10): a mean for x_s and one for x_a, each with its factor; one pass of the classifier over both. */
  private classificationLoss(
    similar: tf.Tensor4D | undefined,
    adversarial: tf.Tensor4D,
    targets: tf.Tensor,
  ): tf.Scalar {
    const { classificationTerms } = this.config;
    const { hold, flip } = this.classificationTerms(targets);
    const term = (each: tf.Tensor, factor: number): tf.Tensor => tf.mul(tf.mean(each), factor);
    const answers = this.answers(similar ? tf.concat([similar, adversarial], 0) : adversarial);
    if (!similar) return term(flip(answers), classificationTerms.adversarial) as tf.Scalar;
    const [z_s, z_a] = tf.split(answers, 2);
    return tf.add(
      term(hold(z_s), classificationTerms.similar),
      term(flip(z_a), classificationTerms.adversarial),
    ) as tf.Scalar;
  }

  private answers(images: tf.Tensor4D): tf.Tensor {
    const { form } = this.config.classificationLoss;
    return form === 'bce' ? this.classifier.logit(images) : this.classifier.logits(images);
  }

  /** BCE(f(x), f(x_s)) and BCE(1 − f(x), f(x_a)), or the two Carlini–Wagner terms; each image by image. */
  private classificationTerms(
    targets: tf.Tensor,
  ): Record<'hold' | 'flip', (answers: tf.Tensor) => tf.Tensor> {
    const loss = this.config.classificationLoss;
    if (loss.form === 'bce') {
      return {
        hold: logit => binaryCrossEntropy(logit, targets),
        flip: logit => binaryCrossEntropy(logit, tf.sub(1, targets)),
      };
    }
    const classes = targets as tf.Tensor2D;
    return {
      hold: logits => similarMargin(logits as tf.Tensor2D, classes, loss.margin),
      flip: logits => adversarialMargin(logits as tf.Tensor2D, classes, loss.margin),
    };
  }
}

type LossTensors = Record<'loss' | 'sim' | 'cls' | 'tv' | 'w', tf.Scalar> &
  Partial<Record<'real' | 'critic' | 'cycle', tf.Scalar>>;

/** A term of the loss that not every training has. */
interface AddedTerm {
  weighted: tf.Scalar;
  shown: Partial<LossTensors>;
}

function split(outputs: tf.Tensor | tf.Tensor[]): { similar?: tf.Tensor4D; adversarial: tf.Tensor4D } {
  const list = (Array.isArray(outputs) ? outputs : [outputs]) as tf.Tensor4D[];
  return list.length === 2 ? { similar: list[0], adversarial: list[1] } : { adversarial: list[0] };
}
