import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  augmented,
  disposeExplanation,
  methodById,
  type ExplainContext,
  type ExplanationMethod,
} from '../../src/explain';
import { decidedClass } from '../../src/explain/decided';
import { calledPositive } from '../../src/explain/gradients';
import { randomTransforms } from '../../src/models/augmentation';
import { evaluateModel } from '../../src/models/graph';
import { seededRandom } from '../../src/models/random';
import { context, linearClassifier, randomImages, scalingPair, size } from './fixtures';

const ranges = {
  rotationDegrees: 10,
  shiftFraction: 0.1,
  zoom: [0.9, 1.1] as [number, number],
  horizontalFlip: true,
  verticalFlip: false,
};
const still = {
  rotationDegrees: 0,
  shiftFraction: 0,
  zoom: [1, 1] as [number, number],
  horizontalFlip: false,
  verticalFlip: false,
};

/** E(x) = x: whatever the wrapper does to it is the wrapper's own doing. */
const identity: ExplanationMethod = {
  id: 'identity',
  title: 'Identity',
  citation: '',
  category: 'gradient',
  oneShot: true,
  needs: {},
  map: { unit: 'other', shows: 'importance', floor: 0 },
  options: z.object({}),
  explain: (_, batch) => ({ map: tf.tidy(() => batch.clone().squeeze<tf.Tensor3D>([3])) }),
};

/** E(x) = 1 everywhere. */
const ones: ExplanationMethod = {
  ...identity,
  id: 'ones',
  explain: (_, batch) => ({ map: tf.ones(batch.shape.slice(0, 3) as [number, number, number]) }),
};

describe.each(['cpu', 'wasm'])('augmented on %s', backend => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    await tf.ready();
  });
  const ctx = (): ReturnType<typeof context> =>
    context(linearClassifier(new Float32Array(size * size), 0), { single2: scalingPair(1, 0.5) });

  it('averages only over the transforms that cover a pixel: a constant map stays constant', () => {
    const shifting = { ...ranges, shiftFraction: 0.3 };
    const map = augmented(ones, { count: 10, ranges: shifting, seed: 3 }).explain(ctx(), randomImages(2)).map;
    for (const value of map.dataSync()) expect(value).toBeCloseTo(1, 4);
  });

  it('brings every map back to its place: a blob stays where it was', () => {
    const [row, column] = [10, 21];
    const blob = Float32Array.from({ length: size * size }, (_, i) => {
      const distance = (Math.floor(i / size) - row) ** 2 + ((i % size) - column) ** 2;
      return Math.exp(-distance / 18);
    });
    const x = tf.tensor4d(blob, [1, size, size, 1]);
    const map = augmented(identity, { count: 8, ranges, seed: 1 }).explain(ctx(), x).map.dataSync();
    const difference = blob.map((value, i) => Math.abs(value - map[i]));
    expect(Math.max(...difference)).toBeLessThan(0.06); // two bilinear resamplings blur a peak of 1 by about 0.04
  });

  it('with horizontal flips alone is exact', () => {
    const x = randomImages(2);
    const flips = { ...still, horizontalFlip: true };
    const map = augmented(identity, { count: 6, ranges: flips, seed: 2 }).explain(ctx(), x).map;
    expect(tf.max(tf.abs(tf.sub(map, x.squeeze([3])))).dataSync()[0]).toBeLessThan(1e-5);
  });

  it('hangs on the seed alone, not on the batch or the chunking', () => {
    const x = randomImages(3);
    const run = (batch: tf.Tensor4D, seed: number, internalBatch?: number): Float32Array =>
      augmented(methodById('similar-adversarial'), { count: 4, ranges, seed, internalBatch })
        .explain(ctx(), batch)
        .map.dataSync() as Float32Array;
    const together = run(x, 7);
    const chunked = run(x, 7, 1);
    const alone = run(x.slice([2, 0, 0, 0], [1, size, size, 1]), 7);
    const other = run(x, 8);
    const gap = (a: Float32Array, b: Float32Array): number =>
      Math.max(...a.map((v, i) => Math.abs(v - b[i])));
    expect(gap(together, chunked)).toBeLessThan(1e-6);
    expect(gap(together.slice(2 * size * size), alone)).toBeLessThan(1e-6);
    expect(gap(together, other)).toBeGreaterThan(0.01);
  });

  it('tells the mean of the values with their direction, smaller than the map where transforms disagree', () => {
    // E(x) = x · s with s = −1 in the left half: a flipped pass gives the other sign.
    const side = tf.tile(
      tf
        .cast(tf.greaterEqual(tf.range(0, size), size / 2), 'float32')
        .mul(2)
        .sub(1)
        .reshape([1, 1, size]),
      [1, size, 1],
    ) as tf.Tensor3D;
    const sided: ExplanationMethod = {
      ...identity,
      map: { ...identity.map, isSigned: true },
      explain: (_, batch) => {
        const signed = tf.tidy(() => tf.mul<tf.Tensor3D>(batch.squeeze<tf.Tensor3D>([3]), side));
        return { map: tf.abs(signed), signed };
      },
    };
    const flips = { ...still, horizontalFlip: true };
    const [count, seed] = [7, 2];
    const flipped = randomTransforms(count, flips, size, seededRandom(seed)).filter(([a]) => a < 0).length;
    const x = randomImages(1);
    const averaged = augmented(sided, { count, ranges: flips, seed, internalBatch: 3 });
    const { map, signed } = averaged.explain(ctx(), x);
    const [values, magnitudes, directed] = [x, map, signed!].map(tensor => tensor.dataSync());
    for (let pixel = 0; pixel < size * size; pixel += 37) {
      const sign = pixel % size < size / 2 ? -1 : 1;
      expect(magnitudes[pixel]).toBeCloseTo(values[pixel], 4);
      expect(directed[pixel]).toBeCloseTo((sign * values[pixel] * (count - 2 * flipped)) / count, 4);
    }
    const plain = augmented(identity, { count, ranges: flips, seed }).explain(ctx(), x);
    expect(plain.signed).toBeUndefined();
  });

  describe('explains what is decided of the film, however its copies are decided', () => {
    // The answer looks at the left half alone, where the film is bright: a mirrored copy is decided otherwise.
    const isLeft = Array.from({ length: size * size }, (_, i) => i % size < size / 2);
    const film = (): tf.Tensor4D =>
      tf.tensor4d(
        isLeft.map(left => (left ? 0.8 : 0.2)),
        [1, size, size, 1],
      );
    const flips = { ...still, horizontalFlip: true };
    const settings = { count: 7, ranges: flips, seed: 2 };
    const isMirrored = randomTransforms(settings.count, flips, size, seededRandom(settings.seed)).map(
      ([a]) => a < 0,
    );
    const mirrored = isMirrored.filter(Boolean).length / settings.count;
    /** Weights whose answer is four times the mean of the left half: 3.2 of the film, 0.8 of a mirrored copy. */
    const leftMean = (): Float32Array => Float32Array.from(isLeft, left => (left ? 8 / (size * size) : 0));

    it('takes the head of a generator by the decision on the film', () => {
      const { card, ...networks } = context(linearClassifier(leftMean(), -2), {
        cyce: scalingPair(0.5, 0.25),
      });
      const decided = calledPositive(
        { card },
        evaluateModel(networks.classifier, tf.concat([film(), tf.reverse(film(), 2)]) as tf.Tensor4D),
      );
      expect(Array.from(decided.dataSync())).toEqual([1, 0]);
      expect(mirrored).toBeGreaterThan(0);
      for (const internalBatch of [1, 3]) {
        const { map } = augmented(methodById('similar-adversarial'), { ...settings, internalBatch }).explain(
          { card, ...networks },
          film(),
        );
        // Called positive: x_a = .5 x, so |x − x_a| = .5 x in every copy.
        map.dataSync().forEach((value, i) => expect(value).toBeCloseTo(isLeft[i] ? 0.4 : 0.1, 5));
      }
    });

    it('derives by the class decided for the film, of several', () => {
      const kernel = tf.tensor2d(
        isLeft.map(left => (left ? [1, 0, 0] : [0, 0.5, 0])),
        [size * size, 3],
      );
      const classifier = tf.sequential({
        layers: [tf.layers.flatten({ inputShape: [size, size, 1] }), tf.layers.dense({ units: 3 })],
      });
      classifier.layers[1].setWeights([kernel, tf.zeros([3])]);
      const { map } = augmented(methodById('gradient'), settings).explain(context(classifier), film());
      // The derivative of the first class is 1 in the left half; of a mirrored copy, mirrored back, in the right one.
      map.dataSync().forEach((value, i) => expect(value).toBeCloseTo(isLeft[i] ? 1 - mirrored : mirrored, 5));
    });

    it('perturbs against the decision on the film', () => {
      const ctx = context(linearClassifier(leftMean(), -2));
      const copies = tf.reverse(film(), 2) as tf.Tensor4D;
      const logits = tf.tensor2d([0, 5], [2, 1]);
      const logOf = (given: ExplainContext): number[] => {
        const decided = decidedClass(given, copies);
        return Array.from(decided.logProbability(logits).dataSync());
      };
      // Calibrated: 2 z − 1. A mirrored copy alone is called negative: log(1 − sigmoid); the film positive: log sigmoid.
      const sigmoid = [-1, 9].map(z => 1 / (1 + Math.exp(-z)));
      logOf(ctx).forEach((value, k) => expect(value).toBeCloseTo(Math.log(1 - sigmoid[k]), 3));
      const filmLogits = (): tf.Tensor2D => evaluateModel(ctx.classifier, film());
      logOf({ ...ctx, filmLogits }).forEach((value, k) => expect(value).toBeCloseTo(Math.log(sigmoid[k]), 3));
    });

    it('leaves no tensor behind', () => {
      const { card, ...networks } = context(linearClassifier(leftMean(), -2), {
        cyce: scalingPair(0.5, 0.25),
      });
      const x = film();
      const before = tf.memory().numTensors;
      disposeExplanation(
        augmented(methodById('similar-adversarial'), settings).explain({ card, ...networks }, x),
      );
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it('tells mean, spread and the means of the halves of what each transform gives', () => {
    // E(x) = x · ramp does not turn with the image: with flips alone, M_i is x · ramp, or x · the flipped ramp.
    const ramp = tf.tile(tf.range(1, size + 1).reshape([1, 1, size]), [1, size, 1]) as tf.Tensor3D;
    const ramped: ExplanationMethod = {
      ...identity,
      explain: (_, batch) => ({ map: tf.tidy(() => tf.mul(batch.squeeze<tf.Tensor3D>([3]), ramp)) }),
    };
    const flips = { ...still, horizontalFlip: true };
    const [count, seed] = [7, 2];
    const isFlipped = randomTransforms(count, flips, size, seededRandom(seed)).map(([a]) => a < 0);
    expect(new Set(isFlipped).size).toBe(2);
    const x = randomImages(1);
    const made = augmented(ramped, { count, ranges: flips, seed, internalBatch: 3 }).explain(ctx(), x);
    const [map, spread, halves] = [made.map, made.spread!, made.halves!].map(tensor => tensor.dataSync());
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const values = x.dataSync();
    for (let pixel = 0; pixel < size * size; pixel += 37) {
      const column = pixel % size;
      const given = isFlipped.map(flipped => values[pixel] * (flipped ? size - column : column + 1));
      expect(map[pixel]).toBeCloseTo(mean(given), 3);
      const squares = given.map(value => (value - mean(given)) ** 2);
      expect(spread[pixel]).toBeCloseTo(Math.sqrt((mean(squares) * count) / (count - 1)), 2);
      expect(halves[pixel]).toBeCloseTo(mean(given.filter((_, k) => k % 2 === 0)), 3);
      expect(halves[size * size + pixel]).toBeCloseTo(mean(given.filter((_, k) => k % 2 === 1)), 3);
    }
  });

  it('of one transform nothing is known of the spread: it is as large as the map', () => {
    const { map, spread } = augmented(identity, { count: 1, ranges, seed: 1 }).explain(
      ctx(),
      randomImages(1),
    );
    expect(spread!.dataSync()).toEqual(map.dataSync());
  });

  it('gives x_s and x_a of the untransformed image, and leaves no tensor behind', () => {
    const x = randomImages(1);
    const method = augmented(methodById('similar-adversarial'), { count: 3, ranges, seed: 1 });
    const shared = ctx();
    const before = tf.memory().numTensors;
    const explanation = method.explain(shared, x);
    expect(tf.max(tf.abs(tf.sub(explanation.adversarial!, x.mul(0.5)))).dataSync()[0]).toBeLessThan(1e-6);
    disposeExplanation(explanation);
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 4);
    const settled = tf.memory().numTensors;
    disposeExplanation(method.explain(shared, x));
    expect(tf.memory().numTensors).toBe(settled);
  });
});
