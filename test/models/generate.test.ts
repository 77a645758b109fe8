import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { generatePair } from '../../src/explain/generators';
import { generateBy, type GeneratorPass } from '../../src/models/generate';
import { context, linearClassifier, scalingNaive, scalingPair, size } from '../explain/fixtures';

await prepareNodeBackend('cpu');

const x = tf.tensor4d([0.2, 0.8], [2, 1, 1, 1]);
const isPositive = (): tf.Tensor1D => tf.tensor1d([1, 0], 'bool');
const never = (): tf.Tensor1D => expect.unreachable('the decision is not asked for');
const values = (images: tf.Tensor[]): number[][] => images.map(image => [...image.dataSync()]);

describe('generateBy', () => {
  it('takes the network’s outputs as they are of most kinds', () => {
    const pass: GeneratorPass = images => [tf.mul(images, 0.5), tf.mul(images, 2)];
    const made = generateBy('single2', pass, x, never);
    expect(made.map(image => image.dataSync()[0])).toEqual([expect.closeTo(0.1, 6), expect.closeTo(0.4, 6)]);
  });

  it('makes x_s of SyCE by a second pass over x_a', () => {
    const pass: GeneratorPass = images => [tf.sub(1, tf.mul(images, 0.5))];
    const [similar, adversarial] = generateBy('syce', pass, x, never);
    // 1 − 0.2 / 2 and 1 − 0.9 / 2; 1 − 0.8 / 2 and 1 − 0.6 / 2
    [0.9, 0.6].forEach((value, n) => expect(adversarial.dataSync()[n]).toBeCloseTo(value, 6));
    [0.55, 0.7].forEach((value, n) => expect(similar.dataSync()[n]).toBeCloseTo(value, 6));
    const slope = tf.grad(images => tf.sum(generateBy('syce', pass, images as tf.Tensor4D, never)[0]))(x);
    expect([...slope.dataSync()]).toEqual([0.25, 0.25]);
  });

  it('makes x_a of CyCE towards the other decision, and shows x as x_s', () => {
    const pass: GeneratorPass = images => [tf.mul(images, 0), tf.add(tf.mul(images, 0), 1)];
    expect(values(generateBy('cyce', pass, x, isPositive))).toEqual([[...x.dataSync()], [0, 1]]);
  });

  it('refuses a network of another kind', () => {
    expect(() => generateBy('syce', images => [images, images], x, never)).toThrow(/syce has 1 outputs.*has 2/);
    expect(() => generateBy('cyce', images => [images], x, never)).toThrow(/cyce has 2 outputs.*has 1/);
  });
});

describe('generatePair', () => {
  const images = tf.concat([tf.fill([1, size, size, 1], 0.2), tf.fill([1, size, size, 1], 0.6)]) as tf.Tensor4D;

  it('asks the classifier at its operating point where a kind needs the decision', () => {
    // Slope 2, intercept −1: positive where the logit, the mean pixel here, is above 0.5.
    const classifier = linearClassifier(new Float32Array(size * size).fill(1 / (size * size)), 0);
    const { similar, adversarial } = generatePair(context(classifier, { cyce: scalingPair(0.5, 1.5) }), images);
    expect(similar.dataSync()).toEqual(images.dataSync());
    const first = adversarial.dataSync();
    expect(first[0]).toBeCloseTo(0.3, 6); // negative: towards positive
    expect(first[size * size]).toBeCloseTo(0.3, 6); // positive: towards negative
  });

  it('makes both images of SyCE from one output', () => {
    const classifier = linearClassifier(new Float32Array(size * size), 0);
    const { similar, adversarial } = generatePair(context(classifier, { syce: scalingNaive(0.5) }), images);
    expect([adversarial.dataSync()[0], similar.dataSync()[0]]).toEqual([
      expect.closeTo(0.1, 6),
      expect.closeTo(0.05, 6),
    ]);
  });
});
