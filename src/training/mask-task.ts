import * as tf from '@tensorflow/tfjs';
import { calibratedLogits } from '../models/classify';
import { gaussianBlur } from '../models/blur';
import { buildGenerator } from '../models/networks/generator';
import { seededRandom } from '../models/random';
import { drawBatch, validationBatch } from './batch';
import type { MaskConfig } from './config';
import { namedGradients } from './gradients';
import { mapLocalisation } from './localisation';
import { maskArea, maskClassificationLoss } from './losses/mask';
import { totalVariation } from './losses/total-variation';
import type { SampleSource } from './samples';
import type { LossTerms, Panel, TrainingTask, ValidationRow } from './task';

/** Blur of the replacement image, a fraction of the side; 10 px at 224. */
const blurFraction = 10 / 224;

/**
 * Trains the Mask Generator of Dabkowski & Gal 2017 (arXiv 1705.07857) through a frozen classifier. Outside its mask an image
 * is replaced by a blurred copy of itself or, in half of the batches, by a flat grey: a mask that relied on one kind of
 * replacement would be an artefact of it.
 */
export class MaskTask implements TrainingTask {
  readonly network: tf.LayersModel;

  /** @param classifier frozen, [N, S, S, 1] → logit [N, 1] */
  constructor(
    private readonly config: MaskConfig,
    private readonly source: SampleSource,
    private readonly classifier: tf.LayersModel,
  ) {
    this.network = buildGenerator(config.network).model;
  }

  gradients(positions: readonly number[], _step: number): { terms: LossTerms; gradients: tf.Tensor[] } {
    const { schedule, geometric } = this.config;
    const batch = drawBatch(this.source, positions, schedule.seed, geometric);
    const random = seededRandom(`${schedule.seed}/replacement/${positions[0]}`);
    const replacement = tf.tidy(() =>
      random() < 0.5 ? this.blurred(batch.images) : tf.fill(batch.images.shape, random()),
    );
    const sides = this.sides(batch.images);
    try {
      return namedGradients(this.network, () => this.loss(batch.images, replacement as tf.Tensor4D, sides));
    } finally {
      tf.dispose([batch.images, batch.truth, replacement, sides]);
    }
  }

  /**
   * Row: index, calibrated logits of x, of the image inside the mask and of that outside it, their mean squared errors,
   * IoU of the truth and the top tenth of the mask, and whether the mask's maximum lies in the truth (NaN without truth).
   */
  validate(indexes: readonly number[]): ValidationRow[] {
    return tf.tidy(() => {
      const x = validationBatch(this.source, indexes);
      const { mask, kept, destroyed } = this.split(x);
      const images = [x, kept, destroyed];
      const logits = images.map(image => this.logits(image).dataSync());
      const errors = images
        .slice(1)
        .map(image => tf.mean(tf.squaredDifference(image, x), [1, 2, 3]).dataSync());
      return indexes.map((index, n) => {
        const map = tf.slice(mask, [n, 0, 0, 0], [1, -1, -1, -1]).dataSync() as Float32Array;
        const places = mapLocalisation(this.source.validation(index), map);
        return [index, ...logits.map(z => z[n]), ...errors.map(e => e[n]), ...places];
      });
    });
  }

  panels(indexes: readonly number[]): Panel[] {
    return tf.tidy(() => {
      const x = validationBatch(this.source, indexes);
      const { mask, kept, destroyed } = this.split(x);
      return [
        { name: 'x', images: x.dataSync() as Float32Array },
        { name: 'inside the mask', images: kept.dataSync() as Float32Array },
        { name: 'outside the mask', images: destroyed.dataSync() as Float32Array },
        { name: 'mask', images: mask.dataSync() as Float32Array },
      ];
    });
  }

  private split(x: tf.Tensor4D): { mask: tf.Tensor4D; kept: tf.Tensor4D; destroyed: tf.Tensor4D } {
    const mask = this.network.apply(x) as tf.Tensor4D;
    const replacement = this.blurred(x);
    return { mask, kept: blend(x, replacement, mask), destroyed: blend(replacement, x, mask) };
  }

  /** +1 for images that the classifier calls positive, −1 for the others, [N]. */
  private sides(x: tf.Tensor4D): tf.Tensor1D {
    return tf.tidy(() => {
      const positive = tf.cast(tf.greater(this.logits(x), 0), 'float32');
      return tf.sub(tf.mul(positive, 2), 1) as tf.Tensor1D;
    });
  }

  private logits(images: tf.Tensor4D): tf.Tensor1D {
    return calibratedLogits(this.config, this.classifier.apply(images) as tf.Tensor);
  }

  private blurred(x: tf.Tensor4D): tf.Tensor4D {
    return gaussianBlur(x, blurFraction * x.shape[1]);
  }

  private loss(x: tf.Tensor4D, replacement: tf.Tensor4D, sides: tf.Tensor1D): LossTensors {
    const { weights } = this.config;
    const mask = this.network.apply(x, { training: true }) as tf.Tensor4D;
    const logits = this.logits(tf.concat([blend(x, replacement, mask), blend(replacement, x, mask)], 0));
    const [kept, destroyed] = tf.split(logits, 2).map(z => tf.mul(z, sides) as tf.Tensor1D);
    const { keep, destroy } = maskClassificationLoss(kept, destroyed, weights.destroyPower);
    const area = maskArea(mask, weights.areaPower);
    const variation = totalVariation(mask);
    const loss = tf.addN([
      tf.mul(keep, weights.keep),
      tf.mul(destroy, weights.destroy),
      tf.mul(area, weights.area),
      tf.mul(variation, weights.totalVariation),
    ]) as tf.Scalar;
    return { loss, keep, destroy, area, tv: variation };
  }
}

type LossTensors = Record<'loss' | 'keep' | 'destroy' | 'area' | 'tv', tf.Scalar>;

/** `inside` where the mask is 1, `outside` where it is 0. */
function blend(inside: tf.Tensor4D, outside: tf.Tensor4D, mask: tf.Tensor4D): tf.Tensor4D {
  return tf.add(outside, tf.mul(mask, tf.sub(inside, outside)));
}
