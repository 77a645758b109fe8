import * as tf from '@tensorflow/tfjs';
import { psnr, sameImageDecibels } from '../metrics/psnr';
import { classifierLogits } from '../models/classifier';
import { classifications, type Classification } from '../models/classify';
import { finiteValues, requireFinite } from '../models/finite';
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
  /**
   * Makes the averaged map elsewhere, e.g. on several threads, of the input's pixels; without it, it is made here. For `augment`
   * alone.
   */
  average?: (input: Float32Array) => Promise<Float32Array>;
  method?: MethodOptions;
}

/** One image explained, in plain arrays: what viewer and command show and store. */
export interface ImageExplanation extends Classification {
  /** How far the image lies from the training images; absent where the model cannot say. */
  outlier?: OutlierScore;
  /** As `score`, of x_s. */
  scoreSimilar?: number;
  /** As `score`, of x_a. */
  scoreAdversarial?: number;
  /** Classes decided for x_s and x_a, where there are more than two. */
  decisionSimilar?: number;
  decisionAdversarial?: number;
  /**
   * Whether x_s keeps the decision; absent when the method makes no x_s, and when that would say nothing because
   * `similarIsOriginal`.
   */
  hold?: boolean;
  /** True where x_s is x itself, PSNR(x, x_s) > 60 dB, and keeps the decision for that reason; else absent. */
  similarIsOriginal?: true;
  /** Whether x_a changes the decision; absent when the method makes no x_a. */
  flip?: boolean;
  /** size × size, ≥ 0, 0 in padding. */
  map: Float32Array;
  /** size × size: what `map` is the magnitude of, with its direction (Explanation.signed); absent in averaged forms. */
  signed?: Float32Array;
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
 * @throws NotFiniteError when logit, score, map, x_s or x_a holds a value that is not finite
 */
export async function explainImage(
  context: ExplainContext,
  prepared: PreparedImage,
  options: ExplainImageOptions,
): Promise<ImageExplanation> {
  const average = options.augment && options.average;
  const method = average ? methodById(options.methodId) : chooseMethod(context, options);
  requireAvailable(method, context);
  const x = inputTensor(context, prepared.input);
  try {
    const [classified, classifierSeconds] = await timed(() => classifyInput(context, x));
    const [arrays, explanationSeconds] = await timed(() =>
      average
        ? averagedElsewhere(average, prepared.input, method, () => method.explain(context, x, options.method))
        : toArrays(method.explain(context, x, options.method), method.title),
    );
    const generated = await generatedScores(context, classified, prepared.input, arrays);
    return {
      ...classified,
      ...generated,
      ...arrays,
      map: insideImage(arrays.map, prepared.valid),
      ...(arrays.signed && { signed: insideImage(arrays.signed, prepared.valid) }),
      seconds: { classifier: classifierSeconds, explanation: explanationSeconds },
    };
  } finally {
    x.dispose();
  }
}

/** Classifies an image [1, S, S, C] and says how far it lies from the training images, where the model can. */
export async function classifyInput(
  context: ExplainContext,
  x: tf.Tensor4D,
): Promise<Classification & Pick<ImageExplanation, 'outlier'>> {
  const { outliers } = context;
  if (!outliers) return classify(context, x);
  const { logits, features } = classifyWithFeatures(outliers.features, x);
  try {
    const [answer] = await classifications(context.card, logits);
    const values = await finiteValues(features, `A feature of "${context.card.title}"`);
    const distance = featureDistance(outliers.distribution, values);
    return { ...answer, outlier: { distance, threshold: outliers.threshold } };
  } finally {
    tf.dispose([logits, features]);
  }
}

/** Classifies one image [1, S, S, C]. */
export async function classify(context: ExplainContext, x: tf.Tensor4D): Promise<Classification> {
  const logits = classifierLogits(context.classifier, x);
  try {
    const [answer] = await classifications(context.card, logits);
    return answer;
  } finally {
    logits.dispose();
  }
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

/** The map from elsewhere, x_s and x_a from one pass here. */
async function averagedElsewhere(
  average: (input: Float32Array) => Promise<Float32Array>,
  input: Float32Array,
  { needs, title }: ExplanationMethod,
  explain: () => Explanation,
): Promise<ExplanationArrays> {
  const map = await average(input);
  requireFinite(map, `The averaged map of ${title}`);
  if (!needs.generator) return { map };
  const { similar, adversarial } = await toArrays(explain(), title);
  return { map, similar, adversarial };
}

type ExplanationArrays = Pick<ImageExplanation, 'map' | 'signed' | 'similar' | 'adversarial'>;

/** Reads an explanation of one image and disposes it. */
async function toArrays(explanation: Explanation, title: string): Promise<ExplanationArrays> {
  const { map, signed, similar, adversarial } = explanation;
  try {
    // x_s and x_a first: where they are at fault, the map is so because of them.
    return {
      similar: similar && (await readGrey(similar, 'x_s')),
      adversarial: adversarial && (await readGrey(adversarial, 'x_a')),
      map: await finiteValues(map, `The map of ${title}`),
      ...(signed && { signed: await finiteValues(signed, `The map of ${title}`) }),
    };
  } finally {
    tf.dispose({ ...explanation });
  }
}

/**
 * Channel mean of a generated image [1, S, S, C] (the channels of a grey image are equal).
 *
 * @param name x_s or x_a
 * @throws NotFiniteError
 */
export async function readGrey(image: tf.Tensor4D, name: string): Promise<Float32Array> {
  const mean = tf.tidy(() => tf.mean(image, 3));
  try {
    return await finiteValues(mean, `The generated image ${name}`);
  } finally {
    mean.dispose();
  }
}

async function generatedScores(
  context: ExplainContext,
  original: Classification,
  input: Float32Array,
  { similar, adversarial }: ExplanationArrays,
): Promise<
  Pick<
    ImageExplanation,
    | 'scoreSimilar'
    | 'scoreAdversarial'
    | 'decisionSimilar'
    | 'decisionAdversarial'
    | 'hold'
    | 'similarIsOriginal'
    | 'flip'
  >
> {
  const multiclass = original.probabilities !== undefined;
  const onSimilar = similar && (await classifyArray(context, similar));
  const onAdversarial = adversarial && (await classifyArray(context, adversarial));
  return {
    ...(onSimilar && {
      scoreSimilar: onSimilar.score,
      ...holdOf(onSimilar.decision === original.decision, psnr(input, similar)),
      ...(multiclass && { decisionSimilar: onSimilar.decision }),
    }),
    ...(onAdversarial && {
      scoreAdversarial: onAdversarial.score,
      flip: onAdversarial.decision !== original.decision,
      ...(multiclass && { decisionAdversarial: onAdversarial.decision }),
    }),
  };
}

/** An x_s that is x keeps the decision by itself; that it does not, so near to x, is told all the same. */
function holdOf(hold: boolean, decibels: number): Pick<ImageExplanation, 'hold' | 'similarIsOriginal'> {
  return hold && decibels > sameImageDecibels ? { similarIsOriginal: true } : { hold };
}

async function classifyArray(context: ExplainContext, image: Float32Array): Promise<Classification> {
  const x = inputTensor(context, image);
  try {
    return await classify(context, x);
  } finally {
    x.dispose();
  }
}

function insideImage(map: Float32Array, valid: Uint8Array): Float32Array {
  return map.map((value, index) => (valid[index] ? value : 0));
}

async function timed<T>(action: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const value = await action();
  return [value, (performance.now() - start) / 1000];
}
