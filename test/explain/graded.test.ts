import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradeCounterfactual } from '../../src/explain';
import { wayEnds } from '../../src/explain/way';
import { answerChanges, imageBetween, type GradedStep } from '../../src/models/graded';
import type { ModelCard } from '../../src/models/card';
import { decideBy, type Decision } from '../../src/models/decision';
import type { PreparedImage } from '../../src/models/preparation';
import { context, linearClassifier, size } from './fixtures';

const pixels = size * size;
const flat = (value: number): Float32Array => new Float32Array(pixels).fill(value);

describe('along the way from x_s to x_a', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  // logit = 4 · mean(x) − 1, score = sigmoid(2 · logit − 1): the operating point 0.5 is met where mean(x) = 0.375.
  const ctx = (): ReturnType<typeof context> => context(linearClassifier(flat(4 / pixels), -1));
  const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

  it('the scores are those of the blended images, and no tensor stays', async () => {
    const networks = ctx();
    const before = tf.memory().numTensors;
    const graded = await gradeCounterfactual(networks, {
      input: flat(9),
      similar: flat(0.8),
      adversarial: flat(0.2),
    });
    expect(tf.memory().numTensors).toBe(before);
    expect(graded.from).toBe('similar');
    expect(graded.steps).toHaveLength(11);
    graded.steps.forEach(({ fraction, decision }, k) => {
      expect(fraction).toBeCloseTo(k / 10, 12);
      expect(decision.score).toBeCloseTo(sigmoid(2 * (4 * (0.8 - 0.6 * fraction) - 1) - 1), 5);
    });
    // 0.8 − 0.6 t = 0.375 at t = 0.7083; the sigmoid is nearly straight there.
    expect(graded.changes).toHaveLength(1);
    expect(graded.changes[0]).toBeCloseTo(0.425 / 0.6, 2);
  });

  it('without x_s starts from the film; tells nothing where the answer stays, refuses where there is no x_a', async () => {
    const graded = await gradeCounterfactual(ctx(), { input: flat(0.9), adversarial: flat(0.5) }, 3);
    expect(graded).toMatchObject({ from: 'film', changes: [] });
    expect(graded.steps[0].decision.score).toBeCloseTo(sigmoid(2 * 2.6 - 1), 5);
    await expect(gradeCounterfactual(ctx(), { input: flat(1) })).rejects.toThrow(/no x_a/);
    await expect(gradeCounterfactual(ctx(), { input: flat(1), adversarial: flat(0) }, 1)).rejects.toThrow(
      /2 steps/,
    );
  });

  it('starts from the film where x_s is the film itself: its first score is the film’s, not nearly so', async () => {
    const [input, similar, adversarial] = [flat(0.9), flat(0.8999), flat(0.1)];
    const prepared = { input } as PreparedImage;
    const ends = wayEnds({ similar, adversarial, similarIsOriginal: true }, prepared);
    const { from, steps } = await gradeCounterfactual(ctx(), { ...ends, input });
    expect(from).toBe('film');
    expect(steps[0].decision.score).toBeCloseTo(sigmoid(2 * 2.6 - 1), 6);
    expect(wayEnds({ similar, adversarial }, prepared)).toEqual({ similar, adversarial, prepared });
  });

  it('of several classes follows the one that was decided first', async () => {
    const model = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [size, size, 1] }), tf.layers.dense({ units: 3 })],
    });
    // Logits 0, 2 · mean(x), 1: class 1 where mean(x) > 0.5, else class 2.
    const kernel = Float32Array.from({ length: pixels * 3 }, (_, i) => (i % 3 === 1 ? 2 / pixels : 0));
    model.layers[1].setWeights([tf.tensor2d(kernel, [pixels, 3]), tf.tensor1d([0, 0, 1])]);
    const networks = context(model);
    const card = { ...networks.card, operatingPoint: undefined, calibration: undefined } as ModelCard;
    const ends = { input: flat(0), similar: flat(0.96), adversarial: flat(0) };
    const { steps, changes } = await gradeCounterfactual({ ...networks, card }, ends);
    expect(steps.map(({ decision }) => decision.decided)).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
    expect(changes[0]).toBeCloseTo(0.46 / 0.96, 2);
  });
});

const step = (fraction: number, score: number): GradedStep => ({
  fraction,
  decision: decideBy(score, 0.5) as Decision,
});

it('the change lies where the straight line between two steps meets the operating point', () => {
  expect(answerChanges([step(0, 0.9), step(0.1, 0.8), step(0.2, 0.4)])).toEqual(
    [0.1 + 0.1 * (0.3 / 0.4)].map(x => expect.closeTo(x, 12)),
  );
  expect(answerChanges([step(0, 0.2), step(0.5, 0.6), step(1, 0.3)])).toEqual(
    [0.375, 0.5 + 0.5 / 3].map(x => expect.closeTo(x, 12)),
  );
  expect(answerChanges([step(0, 0.2), step(1, 0.5)])).toEqual([]);
});

it('blends pixel by pixel', () => {
  expect([...imageBetween(Float32Array.of(0, 1), Float32Array.of(1, 0.5), 0.5)]).toEqual([0.5, 0.75]);
});
