import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import type { AveragedValues, ExplainContext, FilmSettings } from '../../src/explain';
import { NotFiniteError } from '../../src/models/finite';
import { prepareImage } from '../../src/models/preparation';
import { context, explainInput, linearClassifier, scalingNaive, scalingPair, size } from './fixtures';

const pixels = size * size;
const film = {
  values: Float32Array.from({ length: pixels }, (_, i) => 100 + i),
  rows: size,
  columns: size,
  photometric: 'MONOCHROME2',
} as const;

const weights = (change: (i: number) => number | undefined = () => undefined): Float32Array =>
  Float32Array.from({ length: pixels }, (_, i) => change(i) ?? 2 / pixels);
const sound = (): tf.LayersModel => linearClassifier(weights(), 0);

/** Three classes, of which one has no finite logit. */
function threeClasses(bias: number): ExplainContext {
  const model = tf.sequential({
    layers: [tf.layers.flatten({ inputShape: [size, size, 1] }), tf.layers.dense({ units: 3 })],
  });
  model.layers[1].setWeights([tf.fill([pixels, 3], 1 / pixels), tf.tensor1d([0, bias, 1])]);
  const { card, ...rest } = context(model);
  const classes = ['a', 'b', 'c'].map(name => ({ name }));
  return { ...rest, card: { ...card, classes, operatingPoint: undefined } };
}

async function failure(ctx: ExplainContext, options: FilmSettings): Promise<NotFiniteError> {
  const before = tf.memory().numTensors;
  const result = await explainInput(ctx, prepareImage(film, ctx.card.input), options).catch(
    (e: unknown) => e,
  );
  expect(result).toBeInstanceOf(NotFiniteError);
  expect(tf.memory().numTensors, 'nothing stays in memory').toBe(before);
  return result as NotFiniteError;
}

describe.each(['cpu', 'wasm'] as const)('an answer that is not finite is refused on %s:', backend => {
  beforeAll(() => prepareNodeBackend(backend));

  const gradient = { methodId: 'gradient' };
  const pair = { methodId: 'similar-adversarial' };

  it.each<[string, () => tf.LayersModel]>([
    [
      'one NaN among the classifier’s weights',
      () =>
        linearClassifier(
          weights(i => (i === 7 ? NaN : undefined)),
          0,
        ),
    ],
    ['an infinite bias, whose score would be 1', () => linearClassifier(weights(), Infinity)],
    ['a negative infinite bias, whose score would be 0', () => linearClassifier(weights(), -Infinity)],
    [
      'finite weights whose sum overflows',
      () =>
        linearClassifier(
          weights(() => 3e38),
          0,
        ),
    ],
  ])('%s', async (_, classifier) => {
    for (const options of [gradient, { ...gradient, augment: 2 }, pair]) {
      const error = await failure(context(classifier(), { single2: scalingPair(0.9, 0.4) }), options);
      expect(error.code).toBe('not-finite');
      expect(error.message).toMatch(
        /^The answer of "Test model" .* is (NaN|-?Infinity), so there is no answer\./,
      );
      expect(error.message).toContain('install the model package again');
    }
  });

  it.each([NaN, Infinity, -Infinity])('%s among the logits of three classes', async bias => {
    expect((await failure(threeClasses(bias), gradient)).message).toMatch(/^The answer of "Test model"/);
  });

  it.each<[string, number, number, RegExp]>([
    ['x_s', NaN, 0.4, /^The generated image x_s/],
    ['x_a', 0.9, NaN, /^The generated image x_a/],
    ['an infinite x_a', 0.9, Infinity, /^The generated image x_a/],
  ])('%s of a generator beside a sound classifier', async (_, similar, adversarial, message) => {
    const ctx = context(sound(), {
      single2: scalingPair(similar, adversarial),
      naive: scalingNaive(adversarial),
    });
    expect((await failure(ctx, pair)).message).toMatch(message);
    if (!Number.isFinite(adversarial))
      expect((await failure(ctx, { methodId: 'naive' })).message).toMatch(message);
    // Images of another method are sound: what is broken is not asked.
    const { decision } = await explainInput(ctx, prepareImage(film, ctx.card.input), gradient);
    expect(decision.score).toBeCloseTo(1 / (1 + Math.exp(-1)), 4);
  });

  it('an averaged map, made here or elsewhere', async () => {
    const augment = { augment: 3, seed: 1 };
    const broken = context(sound(), { single2: scalingPair(0.9, NaN) });
    await failure(broken, { ...pair, ...augment });
    const average = async (): Promise<AveragedValues> => ({
      map: new Float32Array(pixels).fill(NaN, 3, 4),
      spread: new Float32Array(pixels),
      halves: new Float32Array(2 * pixels),
    });
    const elsewhere = { ...augment, average };
    const whole = context(sound(), { single2: scalingPair(0.9, 0.4) });
    expect((await failure(whole, { ...pair, ...elsewhere })).message).toMatch(
      /^The averaged map of Similar–Adversarial holds .*number 4 of 1024 is NaN/,
    );
  });
});
