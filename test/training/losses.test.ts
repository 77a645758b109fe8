import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { normal, seededRandom } from '../../src/models/random';
import { binaryCrossEntropy } from '../../src/training/losses/binary-cross-entropy';
import { areaLoss } from '../../src/training/losses/mask/area';
import { destroyLoss } from '../../src/training/losses/mask/destroy';
import { keepLoss } from '../../src/training/losses/mask/keep';
import { adversarialMargin, logitMargin, similarMargin } from '../../src/training/losses/carlini-wagner';
import { similarityLoss } from '../../src/training/losses/pair/similarity';
import { totalVariation } from '../../src/training/losses/total-variation';
import { squaredDistance } from '../../src/training/losses/pair/weight-distance';

await prepareNodeBackend('cpu');

const scalar = (t: tf.Tensor): number => t.dataSync()[0];
const image = (...values: number[]): tf.Tensor4D => tf.tensor4d(values, [1, 2, 2, 1]);

function randomTensor(shape: number[], seed: number): tf.Tensor {
  const random = seededRandom(seed);
  return tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, () => normal(random)),
    shape,
  );
}

/** Compares the gradient with central differences, entry by entry. */
function expectNumericalGradient(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): void {
  const analytic = tf.grad(f)(x).dataSync();
  const values = x.dataSync();
  const step = 1e-3;
  analytic.forEach((gradient, i) => {
    const at = (delta: number): number => {
      const moved = Float32Array.from(values);
      moved[i] += delta;
      return scalar(f(tf.tensor(moved, x.shape)));
    };
    expect(gradient, `entry ${i}`).toBeCloseTo((at(step) - at(-step)) / (2 * step), 2);
  });
  expect(analytic.some(gradient => Math.abs(gradient) > 0.02)).toBe(true);
}

describe('binaryCrossEntropy', () => {
  it('equals −t·log p − (1 − t)·log(1 − p)', () => {
    // log 2; −log 0.88079708; −0.3·log 0.88079708 − 0.7·log 0.11920292.
    const values = binaryCrossEntropy(tf.tensor1d([0, 2, 2]), tf.tensor1d([1, 1, 0.3])).dataSync();
    [0.69314718, 0.12692801, 1.52692801].forEach((v, i) => expect(values[i]).toBeCloseTo(v, 6));
  });

  it('stays finite and linear for confident errors', () => {
    const values = binaryCrossEntropy(tf.tensor1d([1000, -1000, 1000]), tf.tensor1d([0, 1, 1])).dataSync();
    expect([...values]).toEqual([1000, 1000, 0]);
  });

  it('has the gradient p − t, also at zero', () => {
    const targets = tf.tensor1d([1, 0, 0.3, 0.5, 0.95]);
    const gradients = tf
      .grad(z => tf.sum(binaryCrossEntropy(z, targets)))(tf.tensor1d([0, -3, 2, 0, 30]))
      .dataSync();
    [-0.5, 0.04742587, 0.58079708, 0, 0.05].forEach((v, i) => expect(gradients[i]).toBeCloseTo(v, 5));
  });
});

describe('similarityLoss', () => {
  const x = image(0, 0.5, 1, 0.2);
  const similar = image(0.1, 0.5, 0.8, 0.2); // differences 0.1, 0, −0.2, 0: L1 0.075, L2 0.0125
  const adversarial = image(0.4, 0.5, 0.8, 0); // to x: 0.4, 0, −0.2, −0.2: L1 0.2, L2 0.06
  // x_s − x_a: −0.3, 0, 0, 0.2: L1 0.125, L2 0.0325.
  const none = { similarL2: 0, similarL1: 0, adversarial: 0, pair: 0 };

  it.each([
    ['similarL2', 0.0125],
    ['similarL1', 0.075],
    ['adversarial', 0.26],
    ['pair', 0.1575],
  ] as const)('weighs its term %s', (name, value) => {
    expect(scalar(similarityLoss(x, similar, adversarial, { ...none, [name]: 1 }))).toBeCloseTo(value, 6);
    expect(scalar(similarityLoss(x, similar, adversarial, { ...none, [name]: 3 }))).toBeCloseTo(3 * value, 6);
  });

  it('sums the terms with the weights of Single_2 (W, TV)', () => {
    const weights = { similarL2: 3, similarL1: 1, adversarial: 1, pair: 0.2 };
    expect(scalar(similarityLoss(x, similar, adversarial, weights))).toBeCloseTo(
      3 * 0.0125 + 0.075 + 0.26 + 0.2 * 0.1575,
      6,
    );
  });

  it('has x_a alone for the naive generator', () => {
    const weights = { similarL2: 3, similarL1: 1, adversarial: 2, pair: 0.2 };
    expect(scalar(similarityLoss(x, undefined, adversarial, weights))).toBeCloseTo(0.52, 6);
  });

  it('can weigh the absolute values of x_a − x once more', () => {
    const weights = { ...none, adversarial: 1, adversarialL1: 2 };
    expect(scalar(similarityLoss(x, similar, adversarial, weights))).toBeCloseTo(0.26 + 2 * 0.2, 6);
  });

  it('is a mean: a batch of copies has the loss of one', () => {
    const weights = { similarL2: 3, similarL1: 1, adversarial: 1, pair: 0.2 };
    const twice = (t: tf.Tensor4D): tf.Tensor4D => tf.concat([t, t], 0);
    expect(scalar(similarityLoss(twice(x), twice(similar), twice(adversarial), weights))).toBeCloseTo(
      scalar(similarityLoss(x, similar, adversarial, weights)),
      6,
    );
  });

  it('agrees with finite differences in x_s and x_a', () => {
    const weights = { similarL2: 3, similarL1: 1, adversarial: 1, pair: 0.5 };
    const [a, b, c] = [1, 2, 3].map(seed => randomTensor([1, 3, 3, 1], seed) as tf.Tensor4D);
    expectNumericalGradient(s => similarityLoss(a, s as tf.Tensor4D, b, weights), c);
    expectNumericalGradient(s => similarityLoss(a, b, s as tf.Tensor4D, weights), c);
  });
});

describe('totalVariation', () => {
  it('is the mean step down plus the mean step right', () => {
    // Rows 0 1 3 / 2 2 2: down |2| |1| |−1| / 3; right (1 + 2 + 0 + 0) / 4.
    const t = tf.tensor4d([0, 1, 3, 2, 2, 2], [1, 2, 3, 1]);
    expect(scalar(totalVariation(t))).toBeCloseTo(4 / 3 + 3 / 4, 6);
    expect(scalar(totalVariation(tf.fill([2, 4, 4, 1], 0.7)))).toBe(0);
  });

  it('does not step from one image or channel to the next', () => {
    const flat = tf.concat([tf.zeros([1, 3, 3, 1]), tf.ones([1, 3, 3, 1])], 0) as tf.Tensor4D;
    expect(scalar(totalVariation(flat))).toBe(0);
    expect(scalar(totalVariation(tf.transpose(flat, [3, 1, 2, 0])))).toBe(0);
  });

  it('agrees with finite differences', () => {
    expectNumericalGradient(x => totalVariation(x as tf.Tensor4D), randomTensor([1, 3, 4, 1], 4));
  });
});

describe('squaredDistance', () => {
  it('sums the squares over all pairs', () => {
    const pairs: [tf.Tensor, tf.Tensor][] = [
      [tf.tensor1d([1, 2]), tf.tensor1d([0, 4])],
      [tf.tensor2d([[3]]), tf.tensor2d([[0]])],
    ];
    expect(scalar(squaredDistance(pairs))).toBe(1 + 4 + 9);
    expect(scalar(squaredDistance([]))).toBe(0);
  });

  it('has the gradient 2 (a − b)', () => {
    const b = tf.tensor1d([0, 4]);
    const gradient = tf.grad(a => squaredDistance([[a, b]]))(tf.tensor1d([1, 2]));
    expect([...gradient.dataSync()]).toEqual([2, -4]);
  });
});

describe('the mask losses', () => {
  it('are −log p inside the mask, p^power outside it, and area^power', () => {
    const [keep, destroy] = [keepLoss(tf.tensor1d([0, 2])), destroyLoss(tf.tensor1d([0, -1]), 0.3)];
    // (log 2 + log(1 + e^−2)) / 2; (0.5^0.3 + (1 / (1 + e))^0.3) / 2.
    expect(scalar(keep)).toBeCloseTo((0.69314718 + 0.12692801) / 2, 6);
    expect(scalar(destroy)).toBeCloseTo((0.5 ** 0.3 + 0.26894142 ** 0.3) / 2, 6);
    const masks = tf.tensor4d([0, 0, 0, 1, 1, 1, 1, 1], [2, 2, 2, 1]);
    expect(scalar(areaLoss(masks, 0.5))).toBeCloseTo((0.5 + 1) / 2, 4);
  });

  it('have the gradients that differences say', () => {
    expectNumericalGradient(z => keepLoss(z as tf.Tensor1D), tf.tensor1d([0.4, -1.2]));
    expectNumericalGradient(z => destroyLoss(z as tf.Tensor1D, 0.3), tf.tensor1d([0.4, -1.2]));
    const mask = tf.tensor4d([0.2, 0.4, 0.1, 0.7], [1, 2, 2, 1]);
    expectNumericalGradient(m => areaLoss(m as tf.Tensor4D, 0.3), mask);
  });

  it('stay finite for an empty mask and for confident classifiers', () => {
    expect(scalar(areaLoss(tf.zeros([1, 2, 2, 1]), 0.3))).toBeLessThan(0.02);
    const slope = tf
      .grad(m => areaLoss(m as tf.Tensor4D, 0.3))(tf.zeros([1, 2, 2, 1]))
      .dataSync();
    expect(slope.every(Number.isFinite)).toBe(true);
    const [keep, destroy] = [keepLoss(tf.tensor1d([-500])), destroyLoss(tf.tensor1d([-500]), 0.3)];
    expect([scalar(keep), scalar(destroy)]).toEqual([500, 0]);
  });
});

describe('Carlini–Wagner', () => {
  const logits = tf.tensor2d([
    [3, 1, -2],
    [0.5, 0.7, 4],
    [-1, -1.5, -9],
  ]);
  const classes = tf.tensor2d([
    [1, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
  ]);

  it('is the lead of class i over the others, or its lag, held at the margin', () => {
    expect([...logitMargin(logits, classes).dataSync()]).toEqual([2, expect.closeTo(-3.3, 5), 0.5]);
    // max(lead, −κ) and max(−lead, −κ), κ = 1.
    const [flip, hold] = [adversarialMargin, similarMargin].map(f => [...f(logits, classes, 1).dataSync()]);
    expect(flip).toEqual([2, -1, 0.5]);
    expect(hold).toEqual([-1, expect.closeTo(3.3, 5), -0.5]);
  });

  it('agrees with finite differences, and is flat beyond the margin', () => {
    for (const loss of [adversarialMargin, similarMargin]) {
      expectNumericalGradient(z => tf.sum(loss(z as tf.Tensor2D, classes, 1)), logits);
      expectNumericalGradient(
        z => tf.sum(loss(z as tf.Tensor2D, tf.oneHot([2, 0], 5).toFloat() as tf.Tensor2D, 3)),
        randomTensor([2, 5], 11),
      );
    }
    const gradient = tf
      .grad(z => tf.sum(adversarialMargin(z as tf.Tensor2D, classes, 1)))(logits)
      .arraySync();
    expect(gradient).toEqual([
      [1, -1, 0],
      [0, 0, 0],
      [1, -1, 0],
    ]);
  });

  it('of two classes is the logit itself', () => {
    const z = tf.tensor2d([[0, 1.5]]);
    expect(logitMargin(z, tf.tensor2d([[0, 1]])).dataSync()[0]).toBe(1.5);
    expect(logitMargin(z, tf.tensor2d([[1, 0]])).dataSync()[0]).toBe(-1.5);
  });
});
