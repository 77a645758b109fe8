import * as tf from '@tensorflow/tfjs';
import { decide, scoreLogits } from '../models/classify';
import { featureDistance, type OutlierScore } from '../models/distribution';
import { classifyWithFeatures } from '../models/pooled-features';
import type { PreparedImage } from '../models/preparation';
import { augmented } from './augmented';
import { methodById, requireAvailable } from './methods';
import type { ExplainContext, Explanation, ExplanationMethod, MethodOptions } from './types';

export interface ExplainImageOptions {
  methodId: string;
  /** Averages over random transforms (eq. 11) within the card's ranges. */
  augment?: { count: number; seed: number };
  method?: MethodOptions;
}

/** One image explained, in plain arrays: what viewer and command show and store. */
export interface ImageExplanation {
  /** How far the image lies from the training images; absent where the model cannot say. */
  outlier?: OutlierScore;
  /** Raw classifier output. */
  logit: number;
  /** Calibrated score in [0, 1]. */
  score: number;
  /** 1 iff score > operating point. */
  decision: 0 | 1;
  scoreSimilar?: number;
  scoreAdversarial?: number;
  /** Whether x_s keeps the decision; absent when the method makes no x_s. */
  hold?: boolean;
  /** Whether x_a changes the decision; absent when the method makes no x_a. */
  flip?: boolean;
  /** size × size, ≥ 0, 0 in padding. */
  map: Float32Array;
  /** size × size, in [0, 1]. */
  similar?: Float32Array;
  /** size × size, in [0, 1]. */
  adversarial?: Float32Array;
  /** Wall-clock time of the classifier on x, and of the method (without the scores of x_s and x_a). */
  seconds: { classifier: number; explanation: number };
}

/**
 * Explains one prepared image on the current backend: the one function behind the viewer's worker and the command.
 *
 * @throws MethodUnavailableError when the model lacks what the method needs
 * @throws RangeError for an unknown method, or an image prepared for another input size
 * @throws Error when the map holds a value that is not finite
 */
export async function explainImage(
  context: ExplainContext,
  prepared: PreparedImage,
  options: ExplainImageOptions,
): Promise<ImageExplanation> {
  const method = chooseMethod(context, options);
  requireAvailable(method, context);
  const x = inputTensor(context, prepared.input);
  try {
    const [classified, classifierSeconds] = await timed(() => classifyInput(context, x));
    const [arrays, explanationSeconds] = await timed(() =>
      toArrays(method.explain(context, x, options.method)),
    );
    checkFinite(arrays.map, method);
    const generated = await generatedScores(context, classified.score, arrays);
    return {
      ...classified,
      ...generated,
      ...arrays,
      map: insideImage(arrays.map, prepared.valid),
      seconds: { classifier: classifierSeconds, explanation: explanationSeconds },
    };
  } finally {
    x.dispose();
  }
}

/** Classifier output for one image. */
export type Classified = Pick<ImageExplanation, 'logit' | 'score' | 'decision'>;

/** Scores an image [1, S, S, C] and says how far it lies from the training images, where the model can. */
export async function classifyInput(
  context: ExplainContext,
  x: tf.Tensor4D,
): Promise<Classified & Pick<ImageExplanation, 'outlier'>> {
  const { outliers } = context;
  if (!outliers) return classify(context, x);
  const { logits, features } = classifyWithFeatures(outliers.features, x);
  try {
    const distance = featureDistance(outliers.distribution, await features.data());
    return { ...(await classified(context, logits)), outlier: { distance, threshold: outliers.threshold } };
  } finally {
    tf.dispose([logits, features]);
  }
}

/** Scores one image [1, S, S, C]. */
export async function classify(context: ExplainContext, x: tf.Tensor4D): Promise<Classified> {
  const logits = context.classifier.predictOnBatch(x) as tf.Tensor;
  try {
    return await classified(context, logits);
  } finally {
    logits.dispose();
  }
}

async function classified(context: ExplainContext, logits: tf.Tensor): Promise<Classified> {
  const both = tf.tidy(() => tf.concat([logits.reshape([1]), scoreLogits(context.card, logits)]));
  const [logit, score] = await both.data();
  both.dispose();
  return { logit, score, decision: decide(score, context.card.operatingPoint) };
}

/**
 * The networks' input tensor of a prepared image, grey repeated on the card's channels.
 *
 * @returns [1, S, S, C]; the caller disposes
 */
export function inputTensor(context: Pick<ExplainContext, 'card'>, input: Float32Array): tf.Tensor4D {
  const { size, channels } = context.card.input;
  if (input.length !== size * size) {
    throw new RangeError(
      `The image was prepared for ${input.length} pixels, but the model "${context.card.id}" takes ${size} × ${size}.`,
    );
  }
  return tf.tidy(() => {
    const grey = tf.tensor4d(input, [1, size, size, 1]);
    return channels === 1 ? grey : tf.concat([grey, grey, grey], 3);
  });
}

function chooseMethod(
  context: ExplainContext,
  { methodId, augment }: ExplainImageOptions,
): ExplanationMethod {
  const method = methodById(methodId);
  return augment ? augmented(method, { ...augment, ranges: context.card.augmentation }) : method;
}

type ExplanationArrays = Pick<ImageExplanation, 'map' | 'similar' | 'adversarial'>;

/** Reads an explanation of one image and disposes it. */
async function toArrays(explanation: Explanation): Promise<ExplanationArrays> {
  const { map, similar, adversarial } = explanation;
  const grey = (image?: tf.Tensor4D): Promise<Float32Array> | undefined => image && readGrey(image);
  try {
    return {
      map: (await map.data()) as Float32Array,
      similar: await grey(similar),
      adversarial: await grey(adversarial),
    };
  } finally {
    tf.dispose({ ...explanation });
  }
}

/** Channel mean of [1, S, S, C] (the channels of a grey image are equal). */
async function readGrey(image: tf.Tensor4D): Promise<Float32Array> {
  const mean = tf.tidy(() => tf.mean(image, 3));
  const values = (await mean.data()) as Float32Array;
  mean.dispose();
  return values;
}

async function generatedScores(
  context: ExplainContext,
  score: number,
  { similar, adversarial }: ExplanationArrays,
): Promise<Pick<ImageExplanation, 'scoreSimilar' | 'scoreAdversarial' | 'hold' | 'flip'>> {
  const decided = (value: number): 0 | 1 => decide(value, context.card.operatingPoint);
  const scoreSimilar = similar && (await scoreArray(context, similar));
  const scoreAdversarial = adversarial && (await scoreArray(context, adversarial));
  return {
    ...(scoreSimilar !== undefined && { scoreSimilar, hold: decided(scoreSimilar) === decided(score) }),
    ...(scoreAdversarial !== undefined && {
      scoreAdversarial,
      flip: decided(scoreAdversarial) !== decided(score),
    }),
  };
}

async function scoreArray(context: ExplainContext, image: Float32Array): Promise<number> {
  const x = inputTensor(context, image);
  const { score } = await classify(context, x);
  x.dispose();
  return score;
}

function insideImage(map: Float32Array, valid: Uint8Array): Float32Array {
  return map.map((value, index) => (valid[index] ? value : 0));
}

function checkFinite(map: Float32Array, method: ExplanationMethod): void {
  if (map.every(Number.isFinite)) return;
  throw new Error(
    `The map of ${method.title} holds values that are not finite; the network's weights or the backend are at fault. ` +
      'Try the wasm backend.',
  );
}

async function timed<T>(action: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const value = await action();
  return [value, (performance.now() - start) / 1000];
}
