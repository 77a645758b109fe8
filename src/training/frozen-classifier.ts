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
  /** Of independent labels: the one that a generator is trained for, and how the logit of each is read. */
  ofLabels?: { label: number; rules: readonly Omit<DecisionRule, 'ofLabels'>[] };
}

/** How the logits of a card's classifier are read. @param label index of the one that is trained for, of independent labels */
export function decisionRule(
  { classes, calibration, operatingPoint }: Pick<ModelCard, 'classes' | 'calibration' | 'operatingPoint'>,
  label: number | undefined,
): DecisionRule {
  if (label === undefined) return { calibration, operatingPoint };
  const rules = classes.map(({ calibration: own, operatingPoint: point }) => ({
    ...(own && { calibration: { ...own, reliability: [] } }),
    operatingPoint: point,
  }));
  return { ofLabels: { label, rules } };
}

/** Calibrated, the operating point moved to 0. @returns [N] */
function readLogit(logits: tf.Tensor, rule: Omit<DecisionRule, 'ofLabels'>): tf.Tensor1D {
  return mapOperatingPoint(calibratedLogits(rule, logits), rule.operatingPoint ?? 0.5) as tf.Tensor1D;
}

/** A classifier that a generator is trained through, of any number of classes. Its weights stay as they are. */
export class FrozenClassifier {
  /** @param network [N, S, S, 1] → logit [N, 1], or logits [N, K] of K > 2 classes or of independent labels */
  constructor(
    private readonly network: tf.LayersModel,
    private readonly rule: DecisionRule,
  ) {}

  get isBinary(): boolean {
    return this.hasLabels || this.network.outputs[0].shape[1] === 1;
  }

  /** Whether it answers for independent labels, of which one is meant by `logit`. */
  get hasLabels(): boolean {
    return this.rule.ofLabels !== undefined;
  }

  /** Logits of all independent labels, each calibrated, its operating point moved to 0. Differentiable. @returns [N, K] */
  labelLogits(images: tf.Tensor4D): tf.Tensor2D {
    const columns = tf.split(this.network.apply(images) as tf.Tensor2D, this.rule.ofLabels!.rules.length, 1);
    const read = columns.map((column, k) =>
      tf.reshape(readLogit(column, this.rule.ofLabels!.rules[k]), [-1, 1]),
    );
    return tf.concat(read, 1) as tf.Tensor2D;
  }

  /** Of `labelLogits`, those of the meant label. @returns [N] */
  ofMeant(logits: tf.Tensor2D): tf.Tensor1D {
    return tf.reshape(tf.slice(logits, [0, this.rule.ofLabels!.label], [-1, 1]), [-1]);
  }

  /** Of `labelLogits`, those of all labels but the meant one; none where there is no other. @returns [N, K − 1] */
  ofOthers(logits: tf.Tensor2D): tf.Tensor2D {
    const { label, rules } = this.rule.ofLabels!;
    const before = tf.slice(logits, [0, 0], [-1, label]);
    const after = tf.slice(logits, [0, label + 1], [-1, rules.length - label - 1]);
    return tf.concat([before, after], 1) as tf.Tensor2D;
  }

  /** Logit of the positive one of two classes, calibrated, its operating point moved to 0. Differentiable. @returns [N] */
  logit(images: tf.Tensor4D): tf.Tensor1D {
    if (this.hasLabels) return this.ofMeant(this.labelLogits(images));
    return readLogit(this.network.apply(images) as tf.Tensor, this.rule);
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
