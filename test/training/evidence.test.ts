import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { buildResNet } from '../../src/models/networks/resnet';
import type { ModelCard } from '../../src/models/card';
import { evaluateOnce } from '../../src/models/graph';
import { decisionRule, FrozenClassifier } from '../../src/training/frozen-classifier';

const size = 96;

beforeAll(() => prepareNodeBackend('wasm'));

const network = (head: 'features' | 'cells', classes?: number): tf.LayersModel =>
  buildResNet({ depth: 18, width: 4, size, channels: 1, head, seed: 9, ...(classes && { classes }) }).model;
const film = (seed: number): tf.Tensor4D => tf.randomUniform([2, size, size, 1], 0, 1, 'float32', seed);

/** Evidence that comes from one image to the other. */
const evidenceChange = (classifier: FrozenClassifier, from: tf.Tensor4D, to: tf.Tensor4D): tf.Tensor3D => {
  const { before, after } = classifier.evidence(from, to);
  return tf.sub(after, before);
};

describe('FrozenClassifier.evidence', () => {
  it('sums to the change of the logit where the mean of the features is read linearly', async () => {
    const classifier = new FrozenClassifier(network('features'), {});
    const [from, to] = [film(1), film(2)];
    const summed = tf.sum(evidenceChange(classifier, from, to), [1, 2]);
    const wanted = await tf.sub(classifier.logit(to), classifier.logit(from)).data();
    const found = await summed.data();
    expect(Math.abs(wanted[0])).toBeGreaterThan(1e-3);
    found.forEach((value, n) => expect(value).toBeCloseTo(wanted[n], 4));
  });

  it('lies where the image has changed, and is 0 where it has not', async () => {
    const classifier = new FrozenClassifier(network('cells'), {});
    const from = film(1);
    expect(await tf.max(tf.abs(evidenceChange(classifier, from, from))).data()).toEqual(
      new Float32Array([0]),
    );
    const spot = tf.pad(tf.ones([2, 6, 6, 1]), [
      [0, 0],
      [2, size - 8],
      [2, size - 8],
      [0, 0],
    ]) as tf.Tensor4D;
    const change = tf.abs(evidenceChange(classifier, from, tf.maximum(from, spot) as tf.Tensor4D));
    const half = change.shape[1] / 2;
    const quarter = (top: number, left: number): number =>
      tf.mean(tf.slice(change, [0, top, left], [2, half, half])).dataSync()[0];
    expect(quarter(0, 0)).toBeGreaterThan(2 * quarter(half, half));
  });

  it('is read in the layer of the card, where that names one', async () => {
    const resnet = network('features');
    const layer = resnet.layers.find(({ name }) => name.endsWith('stage3_block2_sum'))!.name;
    const card = { classifier: { evidenceLayer: layer } } as ModelCard;
    const [from, to] = [film(1), film(2)];
    const [last, earlier] = [{}, decisionRule(card, undefined)].map(
      rule => new FrozenClassifier(resnet, rule).evidence(from, to).after,
    );
    expect(earlier.shape[1]).toBe(2 * last.shape[1]);
    // By hand: the features there, each channel times the mean of the logit's derivative by it.
    const inner = tf.model({
      inputs: resnet.inputs,
      outputs: resnet.getLayer(layer).output as tf.SymbolicTensor,
    });
    const features = inner.predict(to) as tf.Tensor4D;
    const answer = (given: tf.Tensor): tf.Tensor =>
      tf.sum(evaluateOnce(resnet.outputs[0], new Map([[(inner.outputs[0] as tf.SymbolicTensor).id, given]])));
    const wanted = await tf.sum(tf.mul(features, tf.mean(tf.grad(answer)(features), [1, 2], true)), 3).data();
    (await earlier.data()).forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 4));
  });

  it('hands gradients to the image through the features alone', async () => {
    const classifier = new FrozenClassifier(network('cells'), {});
    const from = film(1);
    const gradient = tf.grad(to => tf.sum(tf.abs(evidenceChange(classifier, from, to as tf.Tensor4D))))(
      film(2),
    );
    const values = await gradient.data();
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.some(value => value !== 0)).toBe(true);
  });

  it('is refused for several classes, none of which is the finding', () => {
    const classifier = new FrozenClassifier(network('features', 3), {});
    expect(() => evidenceChange(classifier, film(1), film(2))).toThrow(
      'Evidence is that for one of two classes',
    );
  });
});
