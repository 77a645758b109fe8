import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { deletionInsertion } from '../../src/explain';
import { context, linearClassifier, size } from './fixtures';

const pixels = size * size;
const half = pixels / 2;
/** The calibrated score of the fixture's card. */
const scoreOf = (logit: number): number => 1 / (1 + Math.exp(-(2 * logit - 1)));

describe('deletionInsertion', () => {
  beforeAll(() => prepareNodeBackend('cpu'));

  // The upper half of a white film carries the evidence: logit 3 with it, −1 without.
  const weights = Float32Array.from({ length: pixels }, (_, i) => (i < half ? 4 / half : 0));
  const white = new Float32Array(pixels).fill(1);
  const good = Float32Array.from({ length: pixels }, (_, i) => (i < half ? 2 : 1));
  const bad = good.map(value => 3 - value);
  const [all, none] = [scoreOf(3), scoreOf(-1)];

  it('by hand on a linear classifier: what carries the evidence goes first, or last', async () => {
    const networks = context(linearClassifier(weights, -1));
    const first = await deletionInsertion(networks, white, good, { steps: 2, seed: 0 });
    expect(first.deletion).toBeCloseTo((all / 2 + none + none / 2) / 2, 5);
    const last = await deletionInsertion(networks, white, bad, { steps: 2, seed: 0 });
    expect(last.deletion).toBeCloseTo((all / 2 + all + none / 2) / 2, 5);
    expect(first.insertion).toBeCloseTo(all, 5); // a white film's blurred copy is white
  });

  it('inserts into a blurred copy', async () => {
    const networks = context(linearClassifier(weights, -1));
    const film = Float32Array.from({ length: pixels }, (_, i) => (i < half ? 1 : 0));
    const { insertion } = await deletionInsertion(networks, film, good, { steps: 2, seed: 0 });
    const late = await deletionInsertion(networks, film, bad, { steps: 2, seed: 0 });
    expect(insertion).toBeGreaterThan(late.insertion);
    expect(insertion).toBeLessThan(all);
  });

  it('reads the score of the class that is decided for', async () => {
    const networks = context(
      linearClassifier(
        weights.map(value => -value),
        1,
      ),
    ); // logit −3, and 1 without
    const { deletion } = await deletionInsertion(networks, white, good, { steps: 2, seed: 0 });
    const [before, after] = [1 - scoreOf(-3), 1 - scoreOf(1)];
    expect(deletion).toBeCloseTo((before / 2 + after + after / 2) / 2, 5);
  });

  it('follows the class that the film is decided for, of three', async () => {
    // Logits 3a, 1 and 2b of the mean of the upper half (a) and of the lower one (b): the first class without the film's
    // deletion, the third where the upper half alone is gone, the second where all is.
    const classifier = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [size, size, 1] }), tf.layers.dense({ units: 3 })],
    });
    const kernel = Float32Array.from({ length: 3 * pixels }, (_, i) => {
      const [pixel, output] = [Math.floor(i / 3), i % 3];
      return output === 0 && pixel < half ? 3 / half : output === 2 && pixel >= half ? 2 / half : 0;
    });
    classifier.layers[1].setWeights([tf.tensor2d(kernel, [pixels, 3]), tf.tensor1d([0, 1, 0])]);
    const share = (a: number, b: number): number =>
      Math.exp(3 * a) / (Math.exp(3 * a) + Math.exp(1) + Math.exp(2 * b));
    const { deletion, insertion } = await deletionInsertion(context(classifier), white, good, {
      steps: 2,
      seed: 0,
    });
    expect(deletion).toBeCloseTo((share(1, 1) / 2 + share(0, 1) + share(0, 0) / 2) / 2, 5);
    expect(insertion).toBeCloseTo(share(1, 1), 5);
  });

  it('gives a map without order the worst values', async () => {
    const networks = context(linearClassifier(weights, -1));
    const options = { steps: 2, seed: 0 };
    const worst = { deletion: 1, insertion: 0 };
    expect(await deletionInsertion(networks, white, white, options)).toEqual(worst);
    const broken = good.slice();
    broken[3] = Number.NaN;
    expect(await deletionInsertion(networks, white, broken, options)).toEqual(worst);
  });

  it('reads the probability of the decided one of three classes, by hand', async () => {
    // Class 2 has the evidence of the upper half: logits 0, 0, 4 with it and 0, 0, 0 without.
    const model = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [size, size, 1] }), tf.layers.dense({ units: 3 })],
    });
    const kernel = Float32Array.from({ length: 3 * pixels }, (_, i) =>
      i % 3 === 2 ? weights[(i - 2) / 3] : 0,
    );
    model.layers[1].setWeights([tf.tensor2d(kernel, [pixels, 3]), tf.zeros([3])]);
    const { card, ...networks } = context(model);
    const classes = ['a', 'b', 'c'].map(name => ({ name }));
    const three = {
      ...networks,
      card: { ...card, classes, operatingPoint: undefined, calibration: undefined },
    };
    const { deletion } = await deletionInsertion(three, white, good, { steps: 2, seed: 0 });
    const [before, after] = [Math.exp(4) / (Math.exp(4) + 2), 1 / 3];
    expect(deletion).toBeCloseTo((before / 2 + after + after / 2) / 2, 5);
  });

  it('takes away no pixel of padding', async () => {
    const networks = context(linearClassifier(weights, -1));
    // Of the upper half all is padding, and the map is largest there: nothing that carries evidence goes.
    const valid = Uint8Array.from({ length: pixels }, (_, i) => (i < half ? 0 : 1));
    const ramp = good.map((value, i) => value + i / pixels);
    const { deletion } = await deletionInsertion(networks, white, ramp, { steps: 2, seed: 0, valid });
    expect(deletion).toBeCloseTo(all, 5);
  });
});
