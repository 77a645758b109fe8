import * as tf from '@tensorflow/tfjs';
import type { ModelCard } from '../models/card';
import { calibratedLogits, mapOperatingPoint } from '../models/classify';
import { logitMargin } from './losses/carlini-wagner';

/** What decides how a classifier's logits are read; part of a training's settings. */
export interface DecisionRule {
  /** Two classes only; absent: none. */
  calibration?: ModelCard['calibration'];
  /** Two classes only; absent: 0.5. */
  operatingPoint?: number;
}

/** A classifier that a generator is trained through, of any number of classes. Its weights stay as they are. */
export class FrozenClassifier {
  /** @param network [N, S, S, 1] → logit [N, 1], or logits [N, K] of K > 2 classes */
  constructor(
    private readonly network: tf.LayersModel,
    private readonly rule: DecisionRule,
  ) {}

  get isBinary(): boolean {
    return this.network.outputs[0].shape[1] === 1;
  }

  /** Logit of the positive one of two classes, calibrated, its operating point moved to 0. Differentiable. @returns [N] */
  logit(images: tf.Tensor4D): tf.Tensor1D {
    const calibrated = calibratedLogits(this.rule, this.network.apply(images) as tf.Tensor);
    return mapOperatingPoint(calibrated, this.rule.operatingPoint ?? 0.5) as tf.Tensor1D;
  }

  /** Logits of all classes; of two they are 0 and `logit`. Differentiable. @returns [N, K] */
  logits(images: tf.Tensor4D): tf.Tensor2D {
    if (!this.isBinary) return this.network.apply(images) as tf.Tensor2D;
    const logit = tf.reshape(this.logit(images), [-1, 1]);
    return tf.concat([tf.zerosLike(logit), logit], 1) as tf.Tensor2D;
  }

  /** 1 at the class decided for each image, [N, K]; the caller disposes. */
  decisions(images: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() => {
      const logits = this.logits(images);
      return tf.cast(tf.oneHot(tf.argMax(logits, 1), logits.shape[1]), 'float32') as tf.Tensor2D;
    });
  }

  /**
   * What validation compares: two images are decided alike if and only if their numbers have one sign. Of two classes
   * the positive one's logit, of more the lead of the class that was decided for x over the others.
   *
   * @param images x, then images made of it
   * @returns [N] each
   */
  signs(images: readonly tf.Tensor4D[]): tf.Tensor1D[] {
    if (this.isBinary) return images.map(image => this.logit(image));
    const classes = this.decisions(images[0]);
    return images.map(image => logitMargin(this.logits(image), classes));
  }
}
