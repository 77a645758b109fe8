import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { calibratedLogits, decide, mapOperatingPoint, scoreLogits } from '../../src/models/classify';

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

describe('mapOperatingPoint and decide', () => {
  it('map the operating point to one half and keep the ends', () => {
    expect(mapOperatingPoint(0, 0.3)).toBe(0);
    expect(mapOperatingPoint(0.3, 0.3)).toBe(0.5);
    expect(mapOperatingPoint(1, 0.3)).toBe(1);
    expect(mapOperatingPoint(0.15, 0.3)).toBeCloseTo(0.25, 12);
    expect(mapOperatingPoint(0.65, 0.3)).toBeCloseTo(0.75, 12);
    expect(mapOperatingPoint(0.42, 0.5)).toBeCloseTo(0.42, 12);
  });

  it('decide for class 1 strictly above the operating point', () => {
    expect(decide(0.3, 0.3)).toBe(0);
    expect(decide(0.3000001, 0.3)).toBe(1);
    expect(decide(0.29, 0.3)).toBe(0);
  });
});
