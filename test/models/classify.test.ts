import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import {
  calibratedLogits,
  decisionsOf,
  mapOperatingPoint,
  scoreLogits,
} from '../../src/models/classify';
import { decideBy, type ClassDecision } from '../../src/models/decision';
import { exampleCard } from './card-fixture';

const card = {
  calibration: { method: 'platt' as const, slope: 2, intercept: -1, fittedOn: 'val', reliability: [] },
};

beforeAll(() => prepareNodeBackend('cpu'));

describe('scoreLogits', () => {
  it('is the sigmoid of the calibrated logit', () => {
    const logits = tf.tensor2d([[0], [0.5], [2], [-500], [500]]);
    const scores = [...scoreLogits(card, logits).dataSync()];
    // 1 / (1 + e^1), 1/2, 1 / (1 + e^-3), and the ends without overflow.
    [0.26894143, 0.5, 0.95257413, 0, 1].forEach((value, i) => expect(scores[i]).toBeCloseTo(value, 6));
    expect([...calibratedLogits(card, logits).dataSync()]).toEqual([-1, 0, 3, -1001, 999]);
  });

  it('is differentiable: slope · p · (1 − p)', () => {
    const gradient = tf.grad(x => tf.sum(scoreLogits(card, x)))(tf.tensor2d([[0.5], [2]]));
    const [atHalf, atTwo] = gradient.dataSync();
    expect(atHalf).toBeCloseTo(0.5, 5);
    expect(atTwo).toBeCloseTo(2 * 0.95257413 * 0.04742587, 5);
  });

  it('leaves no tensor behind but its result', () => {
    const logits = tf.tensor2d([[0]]);
    const before = tf.memory().numTensors;
    const score = scoreLogits(card, logits);
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([score, logits]);
  });
});

describe('mapOperatingPoint', () => {
  const logit = (p: number): number => Math.log(p / (1 - p));
  const mapped = (p: number, t: number): number =>
    1 / (1 + Math.exp(-mapOperatingPoint(tf.scalar(logit(p)), t).dataSync()[0]));

  it('maps scores piece-wise linearly, the operating point to one half', () => {
    for (const t of [0.3, 0.05, 0.9]) {
      expect(mapped(t, t)).toBeCloseTo(0.5, 5);
      for (const share of [0.01, 0.25, 0.5, 0.99]) {
        expect(mapped(share * t, t)).toBeCloseTo(0.5 * share, 5);
        expect(mapped(t + share * (1 - t), t)).toBeCloseTo(0.5 + 0.5 * share, 5);
      }
    }
    expect(mapped(0.42, 0.5)).toBeCloseTo(0.42, 6);
  });

  it('stays exact and finite for confident logits', () => {
    const [low, high] = mapOperatingPoint(tf.tensor1d([-60, 60]), 0.3).dataSync();
    // m = p / 0.6 near 0, and 1 − m = (1 − p) / 1.4 near 1.
    expect(low).toBeCloseTo(-60 - Math.log(0.6), 4);
    expect(high).toBeCloseTo(60 + Math.log(1.4), 4);
  });

  it('has the gradient of its finite differences on both sides', () => {
    const z = tf.tensor1d([-4, -1.2, 0.3, 5]);
    const gradient = tf.grad(x => tf.sum(mapOperatingPoint(x, 0.3)))(z).dataSync();
    const at = (delta: number): Float32Array => mapOperatingPoint(tf.add(z, delta), 0.3).dataSync() as Float32Array;
    const [up, down] = [at(1e-2), at(-1e-2)];
    gradient.forEach((g, i) => expect(g).toBeCloseTo((up[i] - down[i]) / 2e-2, 3));
  });
});

describe('an operating point', () => {
  it('decides for class 1 strictly above the operating point', () => {
    expect(decideBy(0.3, 0.3).decided).toBe(0);
    expect(decideBy(0.3000001, 0.3).decided).toBe(1);
    expect(decideBy(0.29, 0.3).decided).toBe(0);
  });
});

describe('decisions', () => {
  it('of two classes give the calibrated score of the positive one', async () => {
    const two = { ...exampleCard(), ...card, operatingPoint: 0.6 };
    const answers = await decisionsOf(two, tf.tensor2d([[0.5], [2]]));
    expect(answers.map(({ decided }) => decided)).toEqual([0, 1]);
    expect(answers[0].score).toBeCloseTo(0.5, 6);
    expect(answers[1]).not.toHaveProperty('probabilities');
  });

  it('of more give the likeliest and its probability', async () => {
    const classes = ['a', 'b', 'c'].map(name => ({ name }));
    const three = exampleCard({ classes, operatingPoint: undefined, calibration: undefined });
    const [first, second] = await decisionsOf(three, tf.tensor2d([[0, Math.log(2), Math.log(5)], [900, 0, 0]]));
    expect(first.decided).toBe(2);
    expect(first.score).toBeCloseTo(5 / 8, 6);
    [1 / 8, 2 / 8, 5 / 8].forEach((p, k) => expect((first as ClassDecision).probabilities![k]).toBeCloseTo(p, 6));
    expect(second).toMatchObject({ decided: 0, score: 1, logit: 900 });
  });
});
