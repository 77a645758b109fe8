import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchNormTraining } from '../../src/backends/kernels/batch-norm';
import { prepareNodeBackend } from '../../src/backends/node';
import { relativeError, seededTensor } from './helpers';

const epsilon = 1e-3;
type Shape = [number, number, number, number];

interface Values {
  y: number[];
  mean: number[];
  variance: number[];
  dx: number[];
  dgamma: number[];
  dbeta: number[];
}

/**
 * The textbook formulas in double precision, gradients by the chain rule through mean and variance as printed in
 * Ioffe and Szegedy (2015), section 3.
 */
function reference(
  x: Float32Array,
  dy: Float32Array,
  gamma: Float32Array,
  beta: Float32Array,
  relu: boolean,
): Values {
  const channels = gamma.length;
  const m = x.length / channels;
  const values: Values = { y: [], mean: [], variance: [], dx: [], dgamma: [], dbeta: [] };
  for (let c = 0; c < channels; c++) {
    const pixels = Array.from({ length: m }, (_, i) => i * channels + c);
    const mean = pixels.reduce((sum, i) => sum + x[i], 0) / m;
    const variance = pixels.reduce((sum, i) => sum + (x[i] - mean) ** 2, 0) / m;
    const deviation = Math.sqrt(variance + epsilon);
    let [dgamma, dbeta, dVariance, dMean] = [0, 0, 0, 0];
    const upstream = (i: number) => (relu && values.y[i] <= 0 ? 0 : dy[i]);
    for (const i of pixels) {
      const raw = (gamma[c] * (x[i] - mean)) / deviation + beta[c];
      values.y[i] = relu ? Math.max(raw, 0) : raw;
    }
    for (const i of pixels) {
      dgamma += (upstream(i) * (x[i] - mean)) / deviation;
      dbeta += upstream(i);
      dVariance += upstream(i) * gamma[c] * (x[i] - mean) * -0.5 * deviation ** -3;
      dMean -= (upstream(i) * gamma[c]) / deviation;
    }
    for (const i of pixels) {
      values.dx[i] = (upstream(i) * gamma[c]) / deviation + (dVariance * 2 * (x[i] - mean)) / m + dMean / m;
    }
    values.mean[c] = mean;
    values.variance[c] = variance;
    values.dgamma[c] = dgamma;
    values.dbeta[c] = dbeta;
  }
  return values;
}

function check(shape: Shape, relu: boolean, offset: number, tolerance: number): void {
  tf.tidy(() => {
    const channels = shape[3];
    const x = tf.add(seededTensor(shape, 1), offset) as tf.Tensor4D;
    const gamma = tf.add(seededTensor([channels], 2), 1.2) as tf.Tensor1D;
    const beta = seededTensor([channels], 3) as tf.Tensor1D;
    const dy = seededTensor(shape, 4);
    const data = (tensor: tf.Tensor) => tensor.dataSync() as Float32Array;
    const expected = reference(data(x), data(dy), data(gamma), data(beta), relu);
    const actual = batchNormTraining(x, gamma, beta, epsilon, { relu });
    const f = (...args: tf.Tensor[]) =>
      batchNormTraining(args[0] as tf.Tensor4D, args[1] as tf.Tensor1D, args[2] as tf.Tensor1D, epsilon, {
        relu,
      }).y;
    const [dx, dgamma, dbeta] = tf.grads(f)([x, gamma, beta], dy);
    const pairs = { ...actual, dx, dgamma, dbeta };
    for (const name of Object.keys(pairs) as (keyof Values)[]) {
      expect(relativeError(data(pairs[name]), Float32Array.from(expected[name])), name).toBeLessThan(
        tolerance,
      );
    }
  });
}

describe.each(['wasm', 'cpu'] as const)('training batch normalisation on %s', backend => {
  beforeAll(() => prepareNodeBackend(backend));

  it.each([[[2, 5, 7, 8]], [[3, 4, 4, 6]], [[1, 13, 11, 1]], [[2, 1, 1, 5]], [[4, 9, 8, 33]]] as [Shape][])(
    'gives the textbook values for %j',
    shape => {
      check(shape, false, 0, 1e-4);
      check(shape, true, 0, 1e-4);
    },
  );

  it('keeps its precision where the mean is large against the spread', () => {
    check([2, 16, 16, 4], false, 300, 2e-3);
  });
});

describe('training batch normalisation', () => {
  it('leaves no tensor and no heap behind', async () => {
    await prepareNodeBackend('wasm');
    const step = () =>
      tf.tidy(() => {
        const x = seededTensor([2, 16, 16, 8], 1) as tf.Tensor4D;
        const one = tf.ones([8]) as tf.Tensor1D;
        tf.grads(a => batchNormTraining(a as tf.Tensor4D, one, one, epsilon).y)([x]);
      });
    step();
    const before = tf.memory().numTensors;
    step();
    expect(tf.memory().numTensors).toBe(before);
  });
});
