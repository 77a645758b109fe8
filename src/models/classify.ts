import * as tf from '@tensorflow/tfjs';
import type { ModelCard } from './card';
import { decideBy, decideLabels, type ClassDecision, type Decision } from './decision';
import { finiteValues } from './finite';

type Calibrated = Pick<ModelCard, 'calibration'>;

/**
 * Calibrated score sigmoid(slope · logit + intercept) of a classifier of two classes. Differentiable.
 *
 * @param logits [N, 1]
 * @returns [N], in [0, 1]; the caller disposes
 */
export function scoreLogits(card: Calibrated, logits: tf.Tensor): tf.Tensor1D {
  return tf.tidy(() => tf.sigmoid(calibratedLogits(card, logits)));
}

/** slope · logit + intercept (the logit itself where nothing was calibrated), [N]; the caller disposes. */
export function calibratedLogits(card: Calibrated, logits: tf.Tensor): tf.Tensor1D {
  const { slope, intercept } = card.calibration ?? { slope: 1, intercept: 0 };
  return tf.tidy(() => tf.add(tf.mul(tf.reshape(logits, [-1]), slope), intercept) as tf.Tensor1D);
}

/**
 * Moves the operating point to 0.5, as the method asks: the score p = sigmoid(z) goes through the piece-wise linear map
 * with the corners (0, 0), (operatingPoint, 0.5), (1, 1). Works on logits, so that it stays exact for confident scores:
 * below the corner m = p / 2t, above it 1 − m = (1 − p) / 2(1 − t). Differentiable.
 *
 * @param logits calibrated, any shape
 * @returns logit of the mapped score, same shape; the caller disposes
 */
export function mapOperatingPoint(logits: tf.Tensor, operatingPoint: number): tf.Tensor {
  if (operatingPoint === 0.5) return tf.clone(logits);
  const corner = Math.log(operatingPoint / (1 - operatingPoint));
  return tf.tidy(() => {
    // Each half is 0 at the corner, so their sum is the map.
    const below = halfMap(tf.minimum(logits, corner), operatingPoint);
    const above = halfMap(tf.neg(tf.maximum(logits, corner)), 1 - operatingPoint);
    return tf.sub(below, above);
  });
}

/** log m − log(1 − m) of m = sigmoid(z) / 2t, for sigmoid(z) ≤ t. */
function halfMap(logits: tf.Tensor, t: number): tf.Tensor {
  const mapped = tf.div(tf.sigmoid(logits), 2 * t);
  // Not tf.logSigmoid: its gradient reads a tensor that a tidy may have disposed.
  const logScore = tf.neg(tf.softplus(tf.neg(logits)));
  return tf.sub(tf.sub(logScore, Math.log(2 * t)), tf.log1p(tf.neg(mapped)));
}

/** The operating point of a card of two classes. @throws RangeError where there are more */
export function operatingPointOf(card: Pick<ModelCard, 'id' | 'operatingPoint' | 'classes'>): number {
  if (card.operatingPoint !== undefined) return card.operatingPoint;
  throw new RangeError(
    `The model "${card.id}" tells ${card.classes.length} classes apart, so it has no operating point; ` +
      'this works with two classes only.',
  );
}

/**
 * Decisions of a classifier of any number of classes, or of independent labels.
 *
 * @param logits [N, 1] or [N, K]
 * @param label index of the label to explain, where they are independent
 * @returns one an image
 * @throws NotFiniteError when a logit or score is not finite
 */
export async function decisionsOf(card: ModelCard, logits: tf.Tensor, label = 0): Promise<Decision[]> {
  const classes = logits.shape[1] ?? 1;
  const what = `The answer of "${card.title}"`;
  if (card.independent) {
    const points = labelPoints(card);
    const scoreOf = (logit: number, k: number): number => calibratedScore(card.classes[k].calibration, logit);
    return rows(await finiteValues(logits, what), classes).map(own => ({
      ...decideLabels(Array.from(own, scoreOf), points, label),
      logit: own[label],
    }));
  }
  if (classes > 1) return rows(await finiteValues(logits, what), classes).map(likeliestClass);
  const operatingPoint = operatingPointOf(card);
  const both = tf.tidy(() => tf.concat([logits.reshape([-1]), scoreLogits(card, logits)]));
  let values: Float32Array;
  try {
    values = await finiteValues(both, what);
  } finally {
    both.dispose();
  }
  const count = values.length / 2;
  return Array.from({ length: count }, (_, n) => ({
    logit: values[n],
    ...decideBy(values[count + n], operatingPoint),
  }));
}

/** @throws RangeError naming a label of the card without operating point */
function labelPoints({ id, classes }: ModelCard): number[] {
  return classes.map(({ name, operatingPoint }) => {
    if (operatingPoint === undefined)
      throw new RangeError(`The label "${name}" of the model "${id}" has no operating point.`);
    return operatingPoint;
  });
}

function calibratedScore(
  { slope, intercept }: Pick<NonNullable<ModelCard['calibration']>, 'slope' | 'intercept'> = { slope: 1, intercept: 0 },
  logit: number,
): number {
  return 1 / (1 + Math.exp(-(slope * logit + intercept)));
}

function likeliestClass(logits: Float32Array): ClassDecision {
  const largest = Math.max(...logits);
  const decided = logits.indexOf(largest);
  const exponentials = Array.from(logits, z => Math.exp(z - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  const probabilities = exponentials.map(e => e / sum);
  return { kind: 'classes', logit: largest, score: probabilities[decided], decided, probabilities };
}

function rows(values: Float32Array, length: number): Float32Array[] {
  return Array.from({ length: values.length / length }, (_, n) => values.subarray(n * length, (n + 1) * length));
}
