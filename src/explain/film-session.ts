import * as tf from '@tensorflow/tfjs';
import { psnr, sameImageDecibels } from '../metrics/pairs/psnr';
import { rankCorrelation } from '../metrics/rank-correlation';
import { sameDecision, type Decision } from '../models/decision';
import { featureDistance, type OutlierScore } from '../models/distribution';
import type { ExplanationFigures } from '../models/explanation';
import { finiteValues, requireFinite } from '../models/finite';
import { adversarialKinds, generatorsOf } from '../models/generator-choice';
import { classifyWithFeatures } from '../models/pooled-features';
import type { PreparedImage } from '../models/preparation';
import { askClassifier, decide } from './answer';
import { augmented } from './augmented';
import { generateImages, generateNaive, generatePair, generatorWork } from './generators';
import { methodById, requireAvailable } from './methods';
import { WorkOnce } from './shared-work';
import type { ExplainContext, Explanation, MethodOptions } from './types';

/** A map inside the film's valid area, and what it is the magnitude of where that has a direction. */
type MadeMap = Pick<ExplainedInput, 'map' | 'signed'>;

/** How one map is made; with the model, all that settles its values but the backend. */
export interface FilmSettings {
  methodId: string;
  /** Id of the generator to use where the model carries several. Default: the card's, then any that fits. */
  generator?: string;
  /** Random transforms that the map is the mean of (eq. 11), within the card's ranges; 0 for a single pass. Default 0. */
  augment?: number;
  /** Seed of the transforms and of the method's own random numbers. Default 0. */
  seed?: number;
  /**
   * Makes the averaged map elsewhere, e.g. on several threads, of the input's pixels; without it, it is made here. For `augment`
   * alone. It begins before the image itself is classified.
   *
   * @param meanwhile what else this thread has to do for the explanation, for when it would wait for others; need not be called
   */
  average?: (input: Float32Array, meanwhile: () => Promise<unknown>) => Promise<AveragedValues>;
  /** Whether x_s and x_a are read and scored as well. Default true. */
  withGenerated?: boolean;
  /** Told the map, as `explain` returns it, before x_s and x_a are scored. */
  onMap?: (made: MadeMap) => void;
  /** Of single methods, beside generator and seed. */
  method?: Omit<MethodOptions, 'generator' | 'seed'>;
}

/** {@link AveragedMaps} of one image, read: size × size each. */
export interface AveragedValues {
  map: Float32Array;
  spread: Float32Array;
  /** One after the other; −1 in both where one of them covers nothing. */
  halves: Float32Array;
  /** The mean of the values with their direction (`Explanation.signed`); of methods whose values have one. */
  signed?: Float32Array;
}

/** What the classifier says of the image itself. */
export interface Decided {
  decision: Decision;
  /** How far the image lies from the training images; absent where the model cannot say. */
  outlier?: OutlierScore;
  /** Wall-clock time of the classifier on x, seconds. */
  classifierSeconds: number;
}

/** What the classifier answers to an image before it is settled which label is explained: enough to decide of any. */
export interface KnownAnswer extends Pick<Decided, 'outlier' | 'classifierSeconds'> {
  /** Of the classifier of all classes or labels, one each. */
  logits: Float32Array;
}

/** The images of one generator, with what the classifier decides for them. */
export interface GeneratedPair extends Pick<
  ExplanationFigures,
  'decisionSimilar' | 'decisionAdversarial' | 'hold' | 'similarIsOriginal' | 'flip'
> {
  /** size × size, in [0, 1]; absent where the generator makes none. */
  similar?: Float32Array;
  adversarial?: Float32Array;
}

/** One prepared image explained, in plain arrays. */
export interface ExplainedInput extends GeneratedPair, Pick<Decided, 'decision' | 'outlier'> {
  /** size × size, ≥ 0, 0 in padding. */
  map: Float32Array;
  /** size × size: what `map` is the magnitude of, with its direction (Explanation.signed). */
  signed?: Float32Array;
  /** size × size, ≥ 0, 0 in padding: standard deviation over the transforms (`AveragedMaps`); of averaged maps. */
  spread?: Float32Array;
  /**
   * Spearman's rank correlation between the means of two halves of the transforms within the image; absent for a single pass,
   * and where a half has one value all over.
   */
  halfCorrelation?: number;
  seconds: {
    /** Of the classifier on x. */
    classifier: number;
    /** From then to the result: the method with its generator, then the scores of x_s and x_a. */
    explanation: number;
    /** The latter's part of it; 0 where there are none. */
    scores: number;
  };
}

/** The images of one generator, and how long the classifier took for them, seconds; 0 where there are none. */
type ScoredPair = GeneratedPair & { scoresSeconds: number };

/** An averaged map that is made elsewhere, and what is shown beside it; made once. */
interface Elsewhere {
  averaged: Promise<AveragedValues>;
  pair: () => Promise<ScoredPair>;
}

/** What of a prepared image the networks and the map need. */
export type SessionInput = Pick<PreparedImage, 'input' | 'valid'>;

/**
 * Opens a session for one prepared image and frees it afterwards.
 *
 * @param options.severalMethods keeps the random transforms of the image, and what is made of them, for methods to come;
 *   default false
 * @param options.answer of the classifier to this image, where it was asked before
 * @throws RangeError for an image prepared for another input size
 */
export async function withFilm<T>(
  context: ExplainContext,
  prepared: SessionInput,
  work: (session: FilmSession) => Promise<T>,
  { severalMethods = false, answer }: { severalMethods?: boolean; answer?: KnownAnswer } = {},
): Promise<T> {
  const x = inputTensor(context, prepared.input);
  const shared = new WorkOnce(x, severalMethods);
  try {
    return await work(new FilmSession({ ...context, shared }, prepared, x, shared, answer));
  } finally {
    shared.dispose();
    x.dispose();
  }
}

/**
 * One prepared image on the current backend: its answer is asked once and every generator run once, however many methods
 * explain it. Made by {@link withFilm}.
 */
export class FilmSession {
  private decided?: Promise<Decided>;
  /** Generators that `generate` has run. */
  private readonly generated = new Set<string>();

  constructor(
    private readonly context: ExplainContext,
    private readonly prepared: SessionInput,
    private readonly x: tf.Tensor4D,
    private readonly work: WorkOnce,
    private readonly answer?: KnownAnswer,
  ) {}

  /** The classifier's decision. @throws NotFiniteError */
  decide(): Promise<Decided> {
    this.decided ??= this.answer
      ? decideKnown(this.context, this.answer)
      : timed(() => classifyInput(this.context, this.x)).then(([decided, classifierSeconds]) => ({
          ...decided,
          classifierSeconds,
        }));
    return this.decided;
  }

  /**
   * x_s and x_a of one generator of a pair, or x_a of a naive one, with their decisions. Methods that are run afterwards take
   * the same images, and the time of each contains that of the generator all the same.
   *
   * @throws MethodUnavailableError when it is not loaded or makes no image
   * @throws NotFiniteError
   */
  async generate(id: string): Promise<GeneratedPair> {
    const { context, x } = this;
    const { decision } = await this.decide();
    const begin = performance.now();
    const images = generatorsOf(context.card, adversarialKinds).includes(id)
      ? { adversarial: generateNaive(context, x, id) }
      : generatePair(context, x, id);
    try {
      if (!this.generated.has(id)) {
        await images.adversarial.data(); // on most backends the work is done when the values are
        this.work.setSeconds(x, generatorWork(id), (performance.now() - begin) / 1000);
        this.generated.add(id);
      }
      return await this.scoredPair(images, decision);
    } finally {
      tf.dispose({ ...images });
    }
  }

  /**
   * The map of one method.
   *
   * @throws MethodUnavailableError when the model lacks what the method needs
   * @throws RangeError for an unknown method
   * @throws NotFiniteError when logit, score, map, x_s or x_a holds a value that is not finite
   */
  async explain(settings: FilmSettings): Promise<ExplainedInput> {
    const { context, prepared } = this;
    requireAvailable(methodById(settings.methodId), context);
    const elsewhere = this.averageElsewhere(settings);
    // Others have their first part before the classifier keeps this thread.
    if (elsewhere) await nextTurn();
    const { classifierSeconds, ...decided } = await this.decide().catch(async (error: unknown) => {
      await elsewhere?.averaged.catch(() => undefined);
      throw error;
    });
    this.work.takeSavedSeconds();
    const [made, own] = await timed(() => this.run(settings, decided.decision, elsewhere));
    const { averaged, scoresSeconds, ...shown } = made;
    return {
      ...decided,
      ...shown,
      ...(averaged && reliabilityOf(averaged, prepared.valid)),
      seconds: {
        classifier: classifierSeconds,
        explanation: own + this.work.takeSavedSeconds(),
        scores: scoresSeconds,
      },
    };
  }

  /** Begins the averaged map that is made elsewhere; x_s and x_a are made and scored here while others work on it, or after it. */
  private averageElsewhere({
    methodId,
    generator,
    augment = 0,
    average,
    withGenerated = true,
  }: FilmSettings): Elsewhere | undefined {
    if (augment === 0 || !average) return undefined;
    const { context, x } = this;
    let made: Promise<ScoredPair> | undefined;
    const pair = (): Promise<ScoredPair> => {
      made ??= this.decide().then(({ decision }) =>
        this.reading(
          withGenerated ? generateImages(methodById(methodId), context, x, generator) : {},
          images => this.scoredPairTimed(images, decision),
        ),
      );
      return made;
    };
    const averaged = average(this.prepared.input, pair);
    // Told where it is waited for.
    averaged.catch(() => undefined);
    return { averaged, pair };
  }

  private async run(
    settings: FilmSettings,
    decision: Decision,
    elsewhere: Elsewhere | undefined,
  ): Promise<ScoredPair & Pick<ExplainedInput, 'map' | 'signed'> & { averaged?: AveragedValues }> {
    const { context, x } = this;
    const { methodId, generator, augment = 0, seed = 0, withGenerated = true } = settings;
    const { valid } = this.prepared;
    const inside = (map: Float32Array, signed?: Float32Array): MadeMap => {
      const made = {
        map: insideImage(map, valid),
        ...(signed && { signed: insideImage(signed, valid) }),
      };
      settings.onMap?.(made);
      return made;
    };
    const method = methodById(methodId);
    const options = { ...settings.method, generator, seed };
    if (elsewhere) {
      const averaged = await elsewhere.averaged;
      const { map: mean, signed } = averaged;
      requireFinite(mean, `The averaged map of ${method.title}`);
      const maps = { averaged, ...inside(mean, signed) };
      return { ...(await elsewhere.pair()), ...maps };
    }
    const form =
      augment > 0
        ? augmented(method, {
            count: augment,
            seed,
            ranges: context.card.augmentation,
            generated: withGenerated,
          })
        : method;
    return this.reading(form.explain(context, x, options), async made => {
      const what = `The map of ${form.title}`;
      const values = await finiteValues(made.map, what).catch(async error => {
        // Where x_s or x_a is at fault, the map is so because of it.
        if (withGenerated) await readPair(made);
        throw error;
      });
      const { signed, spread, halves } = made;
      const shown = inside(values, signed && (await finiteValues(signed, what)));
      const images = withGenerated ? await this.scoredPairTimed(made, decision) : { scoresSeconds: 0 };
      return {
        ...images,
        ...shown,
        ...(spread &&
          halves && {
            averaged: {
              map: values,
              spread: await finiteValues(spread, what),
              halves: await finiteValues(halves, what),
            },
          }),
      };
    });
  }

  private async scoredPairTimed(
    images: Pick<Explanation, 'similar' | 'adversarial'>,
    decision: Decision,
  ): Promise<ScoredPair> {
    const [pair, scoresSeconds] = await timed(() => this.scoredPair(images, decision));
    return { ...pair, scoresSeconds };
  }

  /** Reads an explanation, or images of one, and disposes it. */
  private async reading<E extends Partial<Explanation>, T>(
    explanation: E,
    read: (explanation: E) => Promise<T>,
  ): Promise<T> {
    try {
      return await read(explanation);
    } finally {
      tf.dispose({ ...explanation });
    }
  }

  /** Scores the generated images in one batch where they lie, and reads them when their scores are known. */
  private async scoredPair(
    { similar, adversarial }: Pick<Explanation, 'similar' | 'adversarial'>,
    decision: Decision,
  ): Promise<GeneratedPair> {
    const tensors = [similar, adversarial].filter(tensor => tensor !== undefined);
    if (tensors.length === 0) return {};
    const logits = tf.tidy(() => askClassifier(this.context, tf.concat(tensors.map(equalChannels))));
    let decisions: Decision[];
    try {
      decisions = await decide(this.context, logits);
    } catch (error) {
      // An image that is at fault itself is named before its score.
      await readPair({ similar, adversarial });
      throw error;
    } finally {
      logits.dispose();
    }
    const images = await readPair({ similar, adversarial });
    const onSimilar = similar && decisions[0];
    const onAdversarial = adversarial && decisions[tensors.length - 1];
    return {
      ...images,
      ...(onSimilar && {
        decisionSimilar: onSimilar,
        ...holdOf(sameDecision(onSimilar, decision), psnr(this.prepared.input, images.similar!)),
      }),
      ...(onAdversarial && {
        decisionAdversarial: onAdversarial,
        flip: !sameDecision(onAdversarial, decision),
      }),
    };
  }
}

/** Classifies an image [1, S, S, C] and says how far it lies from the training images, where the model can. */
export async function classifyInput(
  context: ExplainContext,
  x: tf.Tensor4D,
): Promise<Pick<Decided, 'decision' | 'outlier'>> {
  const [[decision], outlier] = await asked(context, x, logits => decide(context, logits));
  return { decision, ...(outlier && { outlier }) };
}

/**
 * What the classifier answers to a prepared image, to decide of any of its labels.
 *
 * @throws NotFiniteError
 */
export async function answerInput(context: ExplainContext, input: Float32Array): Promise<KnownAnswer> {
  const x = inputTensor(context, input);
  try {
    const what = `The answer of "${context.card.title}"`;
    const [[logits, outlier], classifierSeconds] = await timed(() =>
      asked(context, x, values => finiteValues(values, what)),
    );
    return { logits, ...(outlier && { outlier }), classifierSeconds };
  } finally {
    x.dispose();
  }
}

/** The decision of an answer, of independent labels that of the explained one. @throws NotFiniteError */
export async function decideKnown(
  context: ExplainContext,
  { logits, ...told }: KnownAnswer,
): Promise<Decided> {
  const row = tf.tensor2d(logits, [1, logits.length]);
  try {
    const [decision] = await decide(context, row);
    return { decision, ...told };
  } finally {
    row.dispose();
  }
}

/** Asks the classifier once; its features, too, where the model can tell outliers. */
async function asked<T>(
  context: ExplainContext,
  x: tf.Tensor4D,
  read: (logits: tf.Tensor2D) => Promise<T>,
): Promise<[T, OutlierScore | undefined]> {
  const { outliers } = context;
  if (!outliers) {
    const logits = askClassifier(context, x);
    try {
      return [await read(logits), undefined];
    } finally {
      logits.dispose();
    }
  }
  const { logits, features } = classifyWithFeatures(outliers.features, x);
  try {
    const answer = await read(logits);
    const values = await finiteValues(features, `A feature of "${context.card.title}"`);
    const distance = featureDistance(outliers.distribution, values);
    const { threshold, limit } = outliers;
    return [answer, { distance, threshold, ...(limit !== undefined && { limit }) }];
  } finally {
    tf.dispose([logits, features]);
  }
}

/** Classifies one image [1, S, S, C]. */
export async function classify(context: ExplainContext, x: tf.Tensor4D): Promise<Decision> {
  const logits = askClassifier(context, x);
  try {
    const [decision] = await decide(context, logits);
    return decision;
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

/** A generated image as it is shown, the mean of its channels, on as many equal channels as the networks take. */
function equalChannels(image: tf.Tensor4D): tf.Tensor4D {
  const channels = image.shape[3];
  if (channels === 1) return image;
  const grey = tf.mean(image, 3, true) as tf.Tensor4D;
  return tf.concat(
    Array.from({ length: channels }, () => grey),
    3,
  );
}

/**
 * Channel mean of a generated image [1, S, S, C] (the channels of a grey image are equal).
 *
 * @param name x_s or x_a
 * @throws NotFiniteError
 */
async function readGrey(image: tf.Tensor4D, name: string): Promise<Float32Array> {
  const mean = tf.tidy(() => tf.mean(image, 3));
  try {
    return await finiteValues(mean, `The generated image ${name}`);
  } finally {
    mean.dispose();
  }
}

/** @throws NotFiniteError */
async function readPair({
  similar,
  adversarial,
}: Pick<Explanation, 'similar' | 'adversarial'>): Promise<Pick<GeneratedPair, 'similar' | 'adversarial'>> {
  return {
    ...(similar && { similar: await readGrey(similar, 'x_s') }),
    ...(adversarial && { adversarial: await readGrey(adversarial, 'x_a') }),
  };
}

/** An x_s that is x keeps the decision by itself; that it does not, so near to x, is told all the same. */
function holdOf(hold: boolean, decibels: number): Pick<ExplanationFigures, 'hold' | 'similarIsOriginal'> {
  return hold && decibels > sameImageDecibels ? { similarIsOriginal: true } : { hold };
}

/** How far an averaged map can be relied on, within the valid area of its image. */
function reliabilityOf(
  { spread, halves }: AveragedValues,
  valid: Uint8Array,
): Pick<ExplainedInput, 'spread' | 'halfCorrelation'> {
  const [even, odd] = [halves.subarray(0, halves.length / 2), halves.subarray(halves.length / 2)];
  // Below 0: a corner that one half of the transforms turned out of the picture.
  const inBoth = valid.map((inside, pixel) => (even[pixel] < 0 ? 0 : inside));
  const halfCorrelation = rankCorrelation(even, odd, inBoth);
  return { spread: insideImage(spread, valid), ...(halfCorrelation !== undefined && { halfCorrelation }) };
}

/** A map within the valid area of its image, 0 outside. */
export function insideImage(map: Float32Array, valid: Uint8Array): Float32Array {
  return map.map((value, index) => (valid[index] ? value : 0));
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}

async function timed<T>(action: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const value = await action();
  return [value, (performance.now() - start) / 1000];
}
