import * as tf from '@tensorflow/tfjs';
import { generateBy, passOf, type GeneratorPass } from '../models/generate';
import { outputsOfLabel } from '../models/generator-kind';
import { kindFacts, type GeneratorKind } from '../models/generator-kinds';
import { seededRandom } from '../models/random';
import { buildGenerator } from '../models/networks/generator';
import { drawBatch, validationBatch } from './batch';
import { totalSteps, type GeneratorConfig } from './config';
import { FrozenClassifier, twoClasses } from './frozen-classifier';
import { namedGradients } from './gradients';
import { mapLocalisation } from './localisation';
import { pairTerms } from './losses/pair';
import type { Generated, PairParts, SeenPair } from './losses/pair/term';
import { summed, type OpenTerm } from './losses/term';
import { allValuesOf } from './read-back';
import type { Sample, SampleSource } from './samples';
import { validationLabel } from './validation-label';
import type { Panel, TaskGradients, TrainedWeights, TrainingTask, ValidationRow } from './task';

/** Trains a generator through a frozen classifier: L = L_sim + L_cls + L_gen + L_reg, paper eq. (5), and what else `losses/pair` lists. */
export class GeneratorTask implements TrainingTask {
  readonly network: tf.LayersModel;
  /** Weights of the generator, and of terms that are trained beside it. */
  readonly trained: TrainedWeights;
  private readonly classifier: FrozenClassifier;
  private readonly terms: readonly OpenTerm<SeenPair>[];

  /**
   * @param classifier [N, S, S, 1] → logit [N, 1], or logits [N, K] of K > 2 classes
   * @throws Error when a term of the loss does not take that many classes
   */
  constructor(
    private readonly config: GeneratorConfig,
    private readonly source: SampleSource,
    network: tf.LayersModel,
  ) {
    const classifier = new FrozenClassifier(network, config);
    const generator = buildGenerator(config.network);
    const { size, seed } = config.network;
    const steps = totalSteps(config.schedule);
    const generate: PairParts['generate'] = (images, isPositive, meant) =>
      this.generate(images, isPositive, meant, { training: true });
    if (kindFacts(config.network.kind).made === 'by-decision' && !classifier.isBinary) {
      throw new Error(`A ${config.network.kind} generator is trained for two classes.`);
    }
    this.classifier = classifier;
    this.network = generator.model;
    const parts = { generator, classifier, generate, size, seed, steps };
    this.terms = pairTerms.flatMap(term => term.open(config, parts) ?? []);
    this.trained = this.terms.reduce<TrainedWeights>(
      (weights, { withOwn }) => withOwn?.(weights) ?? weights,
      this.network,
    );
  }

  async gradients(positions: readonly number[], step: number): Promise<TaskGradients> {
    const { schedule, geometric } = this.config;
    const { images: x, truth, views } = await drawBatch(this.source, positions, schedule.seed, geometric);
    const meant = this.meant(positions, position => this.drawnLabel(position));
    const originalLabels = meant && tf.tidy(() => this.classifier.labelLogits(x));
    const original = tf.tidy(() =>
      originalLabels
        ? twoClasses(this.classifier.ofMeant(originalLabels, meant!))
        : this.classifier.logits(x),
    );
    try {
      return await namedGradients(this.trained, () =>
        summed(this.terms, {
          x,
          views,
          original,
          originalLabels,
          meant,
          step,
          ...this.generate(x, () => positiveOf(original), meant, { training: true }),
        }),
      );
    } finally {
      tf.dispose([x, truth, original, ...(meant ? [meant, originalLabels!] : [])]);
    }
  }

  /**
   * Row: index, signs (FrozenClassifier) of x, x_s and x_a, mean squared error of x_s and x_a, IoU of the truth and the
   * top tenth of the map, and whether the map's maximum lies in the truth (NaN where an image has no truth); of independent
   * labels then the share of all others that x_a decides as x.
   */
  async validate(indexes: readonly number[]): Promise<ValidationRow[]> {
    const values = await allValuesOf(() => {
      const x = validationBatch(this.source, indexes);
      const meant = this.meantOfValidation(indexes);
      const { similar, adversarial } = this.generateOf(x, meant);
      const images = similar ? [x, similar, adversarial] : [x, x, adversarial];
      const logits = this.classifier.signs(images, meant);
      const errors = images.slice(1).map(image => tf.mean(tf.squaredDifference(image, x), [1, 2, 3]));
      const maps = tf.mean(tf.abs(tf.sub(images[1], adversarial)), 3);
      return [maps, ...logits, ...errors, ...this.othersKept(x, adversarial, meant)];
    });
    const [maps, ...figures] = values;
    const length = maps.length / indexes.length;
    return indexes.map((index, n) => {
      const map = maps.slice(n * length, (n + 1) * length);
      const places = mapLocalisation(this.asked(index), map);
      const [own, others] = [figures.slice(0, 5), figures.slice(5)].map(some =>
        some.map(figure => figure[n]),
      );
      return [index, ...own, ...places, ...others];
    });
  }

  /** Which of the trained labels a drawn image is for, by lot. */
  private drawnLabel(position: number): number {
    const { trained } = this.config.ofLabels!;
    const random = seededRandom(`${this.config.schedule.seed}/label/${position}`);
    return trained[Math.floor(random() * trained.length)];
  }

  private meantOfValidation(indexes: readonly number[]): tf.Tensor2D | undefined {
    return this.meant(indexes, index => validationLabel(this.config.ofLabels!.trained, index));
  }

  private meant(numbers: readonly number[], labelOf: (n: number) => number): tf.Tensor2D | undefined {
    return this.config.ofLabels && tf.tidy(() => this.classifier.meaning(numbers.map(labelOf)));
  }

  /** A validation image with what is known of the finding that is meant of it. */
  private asked(index: number): Pick<Sample, 'label' | 'truth'> {
    const sample = this.source.validation(index);
    const { ofLabels } = this.config;
    return ofLabels && sample.findings ? sample.findings[validationLabel(ofLabels.trained, index)] : sample;
  }

  /** Of each image, the share of the labels not explained that x_a decides as x; none where there is no other label. */
  private othersKept(x: tf.Tensor4D, adversarial: tf.Tensor4D, meant: tf.Tensor2D | undefined): tf.Tensor[] {
    if (!meant || meant.shape[1] === 1) return [];
    const [before, after] = [x, adversarial].map(image => tf.greater(this.classifier.labelLogits(image), 0));
    return [this.classifier.meanOfOthers(tf.cast(tf.equal(before, after), 'float32'), meant)];
  }

  async panels(indexes: readonly number[]): Promise<Panel[]> {
    const images = await allValuesOf(() => {
      const x = validationBatch(this.source, indexes);
      const { similar, adversarial } = this.generateOf(x, this.meantOfValidation(indexes));
      const map = tf.abs(tf.sub(similar ?? x, adversarial));
      const perImage = tf.max(map, [1, 2, 3], true);
      const scaled = tf.div(map, tf.maximum(perImage, 1e-6));
      return similar ? [x, similar, adversarial, scaled] : [x, adversarial, scaled];
    });
    const names = images.length === 4 ? ['x', 'x_s', 'x_a', 'map'] : ['x', 'x_a', 'map'];
    return names.map((name, k) => ({ name, images: images[k] }));
  }

  /** At inference, by the classifier's own decisions. */
  private generateOf(images: tf.Tensor4D, meant: tf.Tensor2D | undefined): Generated {
    return this.generate(images, () => positiveOf(this.classifier.logits(images, meant)), meant);
  }

  private generate(
    images: tf.Tensor4D,
    isPositive: () => tf.Tensor1D,
    meant: tf.Tensor2D | undefined,
    mode: { training?: boolean } = {},
  ): Generated {
    const { kind, labels } = this.config.network;
    const all = passOf(this.network, mode);
    const pass =
      labels && meant ? headOfEach(all, kind, tf.gather(meant, [...this.config.ofLabels!.trained], 1)) : all;
    const list = generateBy(kind, pass, images, isPositive);
    return list.length === 2 ? { similar: list[0], adversarial: list[1] } : { adversarial: list[0] };
  }
}

/** Of a generator of several labels, the x_a of each image's label. @param heads [N, L], 1 at that label's */
function headOfEach(pass: GeneratorPass, kind: GeneratorKind, heads: tf.Tensor2D): GeneratorPass {
  const labels = heads.shape[1];
  return images => {
    const made = pass(images);
    const columns = tf.split(tf.reshape(heads, [-1, 1, 1, labels]), labels, 3);
    const ofLabels = columns.map((_, k) =>
      outputsOfLabel(kindFacts(kind), labels, k).map(output => made[output]),
    );
    return ofLabels[0].map((first, output) => {
      if (ofLabels.every(outputs => outputs[output] === first)) return first;
      return tf.addN(columns.map((column, k) => tf.mul(column, ofLabels[k][output]))) as tf.Tensor4D;
    });
  };
}

/** Which images are called positive, of two classes. @param logits [N, 2] */
function positiveOf(logits: tf.Tensor2D): tf.Tensor1D {
  return tf.greater(tf.gather(logits, 1, 1), 0) as tf.Tensor1D;
}
