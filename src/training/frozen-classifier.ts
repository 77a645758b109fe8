import * as tf from '@tensorflow/tfjs';
import type { ModelCard } from '../models/card';
import { calibratedLogits, mapOperatingPoint } from '../models/classify';
import { evaluateOnce, featureTensor } from '../models/graph';
import { detach } from './detach';
import { logitMargin } from './losses/carlini-wagner';

/** What decides how a classifier's logits are read, and its evidence; part of a training's settings. */
export interface DecisionRule {
  /** Two classes only; absent: none. */
  calibration?: ModelCard['calibration'];
  /** Two classes only; absent: 0.5. */
  operatingPoint?: number;
  /** Layer that the evidence lies in, as the card has it; absent: the activation nearest to the answer that has places. */
  evidenceLayer?: string;
  /** Of independent labels: those that a generator is trained for, and how the logit of each is read. */
  ofLabels?: { trained: readonly number[]; rules: readonly LogitRule[] };
}

/** How one logit is read. */
type LogitRule = Pick<DecisionRule, 'calibration' | 'operatingPoint'>;

/** How the logits of a card's classifier are read, and where its evidence lies. @param trained indexes of those that a generator is trained for, of independent labels */
export function decisionRule(
  { classes, calibration, operatingPoint, classifier: { evidenceLayer } }: ModelCard,
  trained: readonly number[] | undefined,
): DecisionRule {
  const evidence = evidenceLayer === undefined ? {} : { evidenceLayer };
  if (trained === undefined) return { calibration, operatingPoint, ...evidence };
  const rules = classes.map(({ calibration: own, operatingPoint: point }) => ({
    ...(own && { calibration: { ...own, reliability: [] } }),
    operatingPoint: point,
  }));
  return { ...evidence, ofLabels: { trained, rules } };
}

/** Calibrated, the operating point moved to 0. @returns [N] */
function readLogit(logits: tf.Tensor, rule: LogitRule): tf.Tensor1D {
  return mapOperatingPoint(calibratedLogits(rule, logits), rule.operatingPoint ?? 0.5) as tf.Tensor1D;
}

/** Answers of two classes. @param logit of the positive one, [N] @returns [N, 2], 0 and the logit */
export function twoClasses(logit: tf.Tensor1D): tf.Tensor2D {
  const column = tf.reshape(logit, [-1, 1]);
  return tf.concat([tf.zerosLike(column), column], 1) as tf.Tensor2D;
}

/** Which images are called positive, of two classes. @param logits [N, 2] @returns [N], boolean */
export function calledPositive(logits: tf.Tensor2D): tf.Tensor1D {
  return tf.greater(tf.gather(logits, 1, 1), 0) as tf.Tensor1D;
}

/** By place, [N, h, w], of two images. */
export interface Evidence {
  before: tf.Tensor3D;
  after: tf.Tensor3D;
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

  /** Whether it answers for independent labels, of which one is meant of each image. */
  get hasLabels(): boolean {
    return this.rule.ofLabels !== undefined;
  }

  /** Logits of all independent labels, each calibrated, its operating point moved to 0. Differentiable. @returns [N, K] */
  labelLogits(images: tf.Tensor4D): tf.Tensor2D {
    return this.readLabels(this.network.apply(images) as tf.Tensor2D);
  }

  private readLabels(answered: tf.Tensor2D): tf.Tensor2D {
    const { rules } = this.rule.ofLabels!;
    const columns = tf.split(answered, rules.length, 1);
    const read = columns.map((column, k) => tf.reshape(readLogit(column, rules[k]), [-1, 1]));
    return tf.concat(read, 1) as tf.Tensor2D;
  }

  /** Which label is meant of each image, as a table. @param labels index of each @returns [N, K], 1 at that label */
  meaning(labels: readonly number[]): tf.Tensor2D {
    const table = tf.oneHot(tf.tensor1d([...labels], 'int32'), this.rule.ofLabels!.rules.length);
    return tf.cast(table, 'float32') as tf.Tensor2D;
  }

  /** Of `labelLogits`, those of the label meant of each image. @param meant [N, K], 1 at that label @returns [N] */
  ofMeant(logits: tf.Tensor2D, meant: tf.Tensor2D): tf.Tensor1D {
    return tf.sum(tf.mul(logits, meant), 1);
  }

  /** Mean over all labels but the meant one. @param values [N, K], K > 1 @returns [N] */
  meanOfOthers(values: tf.Tensor, meant: tf.Tensor2D): tf.Tensor1D {
    const others = tf.sub(1, meant);
    return tf.div(tf.sum(tf.mul(values, others), 1), meant.shape[1] - 1) as tf.Tensor1D;
  }

  /**
   * Logit of the positive one of two classes, calibrated, its operating point moved to 0. Differentiable.
   *
   * @param meant of independent labels, which is meant of each image, [N, K]; default: the first that is trained for
   * @returns [N]
   */
  logit(images: tf.Tensor4D, meant?: tf.Tensor2D): tf.Tensor1D {
    return this.read(this.network.apply(images) as tf.Tensor2D, meant);
  }

  /** @param answered by the network, [N, 1], or [N, K] of independent labels @returns as `logit` */
  private read(answered: tf.Tensor2D, meant: tf.Tensor2D | undefined): tf.Tensor1D {
    const { ofLabels } = this.rule;
    if (!ofLabels) return readLogit(answered, this.rule);
    const first = (): tf.Tensor2D => this.meaning(Array<number>(answered.shape[0]).fill(ofLabels.trained[0]));
    return this.ofMeant(this.readLabels(answered), meant ?? first());
  }

  /**
   * Where the answer's evidence lies in an image, and in one that was made of it: Σ_k α_k A_k, A the card's `evidenceLayer`, else the
   * activation nearest to the answer that has places, α its GradCAM weights at the latter (Selvaraju et al. 2017, arXiv 1610.02391, eq. (1)), which count as constants.
   * Differentiable in both images.
   *
   * @param meant as for `logits`
   * @returns [N, h, w] each, the larger the more evidence for the positive one of two classes
   * @throws Error when the network has no such activation, or more than two classes
   */
  evidence(from: tf.Tensor4D, to: tf.Tensor4D, meant?: tf.Tensor2D): Evidence {
    const symbol = featureTensor(this.network, this.rule.evidenceLayer);
    if (!symbol) throw new Error('The classifier has no activation with places that can be reached.');
    if (!this.isBinary) throw new Error('Evidence is that for one of two classes, or for a label.');
    const input = this.network.inputs[0].id;
    const featuresOf = (images: tf.Tensor4D): tf.Tensor4D =>
      evaluateOnce(symbol, new Map([[input, images]])) as tf.Tensor4D;
    const [before, after] = [featuresOf(from), featuresOf(to)];
    const weights = this.featureWeights(symbol, after, meant);
    const weighted = (features: tf.Tensor4D): tf.Tensor3D => tf.sum(tf.mul(features, weights), 3);
    return { before: weighted(before), after: weighted(after) };
  }

  /** Mean derivative of the answer by each channel over its places, [N, 1, 1, K]; a constant to gradients. */
  private featureWeights(
    symbol: tf.SymbolicTensor,
    features: tf.Tensor4D,
    meant: tf.Tensor2D | undefined,
  ): tf.Tensor {
    const answer = (given: tf.Tensor): tf.Tensor => {
      const answered = evaluateOnce(this.network.outputs[0], new Map([[symbol.id, given]]));
      return tf.sum(this.read(answered as tf.Tensor2D, meant));
    };
    const weights = tf.mean(tf.grad(answer)(features), [1, 2], true);
    // Else the loss would ask for derivatives of derivatives, which pooling does not have.
    return detach(() => weights);
  }

  /** Logits of all classes; of two they are 0 and `logit`. Differentiable. @returns [N, K] */
  logits(images: tf.Tensor4D, meant?: tf.Tensor2D): tf.Tensor2D {
    if (!this.isBinary) return this.network.apply(images) as tf.Tensor2D;
    return twoClasses(this.logit(images, meant));
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
   * @param meant of independent labels, which is meant of each image, [N, K]
   * @returns [N] each
   */
  signs(images: readonly tf.Tensor4D[], meant?: tf.Tensor2D): tf.Tensor1D[] {
    if (this.isBinary) return images.map(image => this.logit(image, meant));
    const classes = this.decisions(images[0]);
    return images.map(image => logitMargin(this.logits(image), classes));
  }
}
