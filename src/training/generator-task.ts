import * as tf from '@tensorflow/tfjs';
import { generateBy, passOf, type GeneratorPass } from '../models/generate';
import { outputsOfLabel } from '../models/generator-kind';
import { kindFacts } from '../models/generator-kinds';
import { buildGenerator } from '../models/networks/generator';
import { drawBatch, validationBatch } from './batch';
import { totalSteps, type GeneratorConfig } from './config';
import { calledPositive, FrozenClassifier, twoClasses } from './frozen-classifier';
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
  /** Of each label that the generator is trained for, which outputs of the network are its own. */
  private readonly heads: readonly number[][];

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
    const { kind, labels = 1 } = config.network;
    this.heads = Array.from({ length: labels }, (_, label) => outputsOfLabel(kindFacts(kind), labels, label));
    const parts = { generator, classifier, generate, size, seed, steps };
    this.terms = pairTerms.flatMap(term => term.open(config, parts) ?? []);
    this.trained = this.terms.reduce<TrainedWeights>(
      (weights, { withOwn }) => withOwn?.(weights) ?? weights,
      this.network,
    );
  }

  async gradients(positions: readonly number[], step: number): Promise<TaskGradients> {
    const { schedule, geometric } = this.config;
    const { images, truth, views, mirrored } = await drawBatch(
      this.source,
      positions,
      schedule.seed,
      geometric,
    );
    const asked = tf.tidy(() => this.askedOf(images));
    try {
      return await namedGradients(this.trained, () =>
        summed(this.terms, {
          ...asked,
          views: this.heads.flatMap(() => views),
          mirrored: this.heads.flatMap(() => mirrored),
          step,
          ...this.generateForAll(images, () => calledPositive(asked.original)),
        }),
      );
    } finally {
      tf.dispose([images, truth, ...Object.values(asked)]);
    }
  }

  /** Of several labels every image is asked for each: all images for the first, then all for the next. */
  private askedOf(images: tf.Tensor4D): Pick<SeenPair, 'x' | 'original' | 'originalLabels' | 'meant'> {
    const { ofLabels } = this.config;
    if (!ofLabels) return { x: tf.clone(images), original: this.classifier.logits(images) };
    const { trained } = ofLabels;
    const [count] = images.shape;
    const ofOne = this.classifier.labelLogits(images);
    const originalLabels = tf.tile(ofOne, [trained.length, 1]);
    const meant = this.classifier.meaning(trained.flatMap(label => Array<number>(count).fill(label)));
    const original = twoClasses(this.classifier.ofMeant(originalLabels, meant));
    return { x: tf.tile(images, [trained.length, 1, 1, 1]), original, originalLabels, meant };
  }

  /** What the network makes, in training mode, as `askedOf` asks for it. */
  private generateForAll(images: tf.Tensor4D, isPositive: () => tf.Tensor1D): Generated {
    const mode = { training: true };
    if (this.heads.length === 1) return this.generate(images, isPositive, undefined, mode);
    const made = passOf(this.network, mode)(images);
    const each = this.heads.map(outputs => outputs.map(output => made[output]));
    return generatedOf(
      each[0].map((_, k) =>
        tf.concat(
          each.map(list => list[k]),
          0,
        ),
      ),
    );
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

  private meantOfValidation(indexes: readonly number[]): tf.Tensor2D | undefined {
    const { ofLabels } = this.config;
    return (
      ofLabels && this.classifier.meaning(indexes.map(index => validationLabel(ofLabels.trained, index)))
    );
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
    return this.generate(images, () => calledPositive(this.classifier.logits(images, meant)), meant);
  }

  private generate(
    images: tf.Tensor4D,
    isPositive: () => tf.Tensor1D,
    meant: tf.Tensor2D | undefined,
    mode: { training?: boolean } = {},
  ): Generated {
    const { kind } = this.config.network;
    const all = passOf(this.network, mode);
    const pass = this.heads.length > 1 && meant ? this.headOfEach(all, meant) : all;
    return generatedOf(generateBy(kind, pass, images, isPositive));
  }

  /** Of a generator of several labels, the outputs of each image's label. @param meant [N, K] */
  private headOfEach(pass: GeneratorPass, meant: tf.Tensor2D): GeneratorPass {
    return images => {
      const made = pass(images);
      const ofTrained = tf.reshape(tf.gather(meant, [...this.config.ofLabels!.trained], 1), [
        -1,
        1,
        1,
        this.heads.length,
      ]);
      const masks = tf.split(ofTrained, this.heads.length, 3);
      return this.heads[0].map((_, k) => {
        const own = this.heads.map((outputs, label) => tf.mul(masks[label], made[outputs[k]]));
        return tf.addN(own) as tf.Tensor4D;
      });
    };
  }
}

function generatedOf(list: tf.Tensor4D[]): Generated {
  return list.length === 2 ? { similar: list[0], adversarial: list[1] } : { adversarial: list[0] };
}
