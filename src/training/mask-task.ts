import * as tf from '@tensorflow/tfjs';
import { gaussianBlur } from '../models/blur';
import { buildGenerator } from '../models/networks/generator';
import { seededRandom } from '../models/random';
import { drawBatch, validationBatch } from './batch';
import type { MaskConfig } from './config';
import { FrozenClassifier } from './frozen-classifier';
import { namedGradients } from './gradients';
import { mapLocalisation } from './localisation';
import { logitMargin } from './losses/carlini-wagner';
import { maskTerms } from './losses/mask';
import type { SeenMask } from './losses/mask/term';
import { summed, type OpenTerm } from './losses/term';
import { allValuesOf } from './read-back';
import type { SampleSource } from './samples';
import type { Panel, TaskGradients, TrainingTask, ValidationRow } from './task';

/** Blur of the replacement image, a fraction of the side; 10 px at 224. */
const blurFraction = 10 / 224;

/**
 * Trains the Mask Generator of Dabkowski & Gal 2017 (arXiv 1705.07857) through a frozen classifier. Outside its mask an image
 * is replaced by a blurred copy of itself or, in half of the batches, by a flat grey: a mask that relied on one kind of
 * replacement would be an artefact of it.
 */
export class MaskTask implements TrainingTask {
  readonly network: tf.LayersModel;

  private readonly classifier: FrozenClassifier;
  private readonly terms: readonly OpenTerm<SeenMask>[];

  /** @param classifier [N, S, S, 1] → logit [N, 1], or logits [N, K] of K > 2 classes */
  constructor(
    private readonly config: MaskConfig,
    private readonly source: SampleSource,
    classifier: tf.LayersModel,
  ) {
    this.classifier = new FrozenClassifier(classifier, config);
    this.network = buildGenerator(config.network).model;
    this.terms = maskTerms.flatMap(term => term.open(config.weights, undefined) ?? []);
  }

  async gradients(positions: readonly number[]): Promise<TaskGradients> {
    const { schedule, geometric } = this.config;
    const batch = await drawBatch(this.source, positions, schedule.seed, geometric);
    const random = seededRandom(`${schedule.seed}/replacement/${positions[0]}`);
    const replacement = tf.tidy(() =>
      random() < 0.5 ? this.blurred(batch.images) : tf.fill(batch.images.shape, random()),
    );
    const classes = this.classifier.decisions(batch.images);
    try {
      return await namedGradients(this.network, () =>
        this.loss(batch.images, replacement as tf.Tensor4D, classes),
      );
    } finally {
      tf.dispose([batch.images, batch.truth, replacement, classes]);
    }
  }

  /**
   * Row: index, signs (FrozenClassifier) of x, of the image inside the mask and of that outside it, mean squared errors,
   * IoU of the truth and the top tenth of the mask, and whether the mask's maximum lies in the truth (NaN without truth).
   */
  async validate(indexes: readonly number[]): Promise<ValidationRow[]> {
    const values = await allValuesOf(() => {
      const x = validationBatch(this.source, indexes);
      const { mask, kept, destroyed } = this.split(x);
      const images = [x, kept, destroyed];
      const logits = this.classifier.signs(images);
      const errors = images.slice(1).map(image => tf.mean(tf.squaredDifference(image, x), [1, 2, 3]));
      return [mask, ...logits, ...errors];
    });
    const [masks, ...figures] = values;
    const length = masks.length / indexes.length;
    return indexes.map((index, n) => {
      const map = masks.slice(n * length, (n + 1) * length);
      const places = mapLocalisation(this.source.validation(index), map);
      return [index, ...figures.map(figure => figure[n]), ...places];
    });
  }

  async panels(indexes: readonly number[]): Promise<Panel[]> {
    const images = await allValuesOf(() => {
      const x = validationBatch(this.source, indexes);
      const { mask, kept, destroyed } = this.split(x);
      return [x, kept, destroyed, mask];
    });
    const names = ['x', 'inside the mask', 'outside the mask', 'mask'];
    return names.map((name, k) => ({ name, images: images[k] }));
  }

  private split(x: tf.Tensor4D): { mask: tf.Tensor4D; kept: tf.Tensor4D; destroyed: tf.Tensor4D } {
    const mask = this.network.apply(x) as tf.Tensor4D;
    const replacement = this.blurred(x);
    return { mask, kept: blend(x, replacement, mask), destroyed: blend(replacement, x, mask) };
  }

  private blurred(x: tf.Tensor4D): tf.Tensor4D {
    return gaussianBlur(x, blurFraction * x.shape[1]);
  }

  private loss(
    x: tf.Tensor4D,
    replacement: tf.Tensor4D,
    classes: tf.Tensor2D,
  ): ReturnType<typeof summed<SeenMask>> {
    const mask = this.network.apply(x, { training: true }) as tf.Tensor4D;
    const both = tf.concat([blend(x, replacement, mask), blend(replacement, x, mask)], 0);
    // By how much the decided class leads: of two classes, its logit.
    const margins = logitMargin(this.classifier.logits(both), tf.concat([classes, classes], 0));
    const [kept, destroyed] = tf.split(margins, 2) as [tf.Tensor1D, tf.Tensor1D];
    return summed(this.terms, { mask, kept, destroyed });
  }
}

/** `inside` where the mask is 1, `outside` where it is 0. */
function blend(inside: tf.Tensor4D, outside: tf.Tensor4D, mask: tf.Tensor4D): tf.Tensor4D {
  return tf.add(outside, tf.mul(mask, tf.sub(inside, outside)));
}
