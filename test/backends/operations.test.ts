import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { relativeError, seededTensor } from './helpers';

type Computation = () => tf.Tensor[];

/** Computations whose kernels or gradients are replaced on wasm; cpu runs the stock ones. */
const computations: Record<string, Computation> = {
  'concatenation and its gradient along the channels': () => concatenation(3),
  'concatenation and its gradient along the rows': () => concatenation(1),
  'concatenation and its gradient along the batch': () => concatenation(0),
  'splitting into unequal parts': () => tf.split(seededTensor([3, 2, 7], 1), [1, 4, 2], 2),
  'slices and their gradients': () =>
    [
      [
        [0, 1, 0, 0],
        [2, 4, 6, 3],
      ],
      [
        [0, 0, 1, 0],
        [2, 5, 5, 3],
      ],
      [
        [1, 2, 3, 1],
        [1, 2, 2, 2],
      ],
      [
        [1, 0, 0, 0],
        [1, 5, 6, 3],
      ],
      [
        [0, 0, 0, 0],
        [2, 5, 6, 3],
      ],
    ].flatMap(([begin, size]) => {
      const f = (a: tf.Tensor) => tf.slice(a as tf.Tensor4D, begin as never, size as never);
      const x = seededTensor([2, 5, 6, 3], 1);
      return [f(x), tf.grad(f)(x, seededTensor(size, 2))];
    }),
  'slices of vectors and matrices': () => [
    tf.slice1d(seededTensor([7], 1) as tf.Tensor1D, 2, 3),
    tf.slice2d(seededTensor([4, 5], 1) as tf.Tensor2D, [1, 2], [2, -1]),
    tf.slice(seededTensor([3, 2, 2, 2, 3], 1), [1, 0, 1, 0, 1], [2, 2, 1, 2, 2]),
  ],
  'casts, to the same type and to another': () => {
    const x = seededTensor([3, 5], 1);
    const same = tf.cast(x, 'float32');
    x.dispose(); // What the cast gave lives on.
    return [same, tf.cast(tf.cast(same, 'int32'), 'float32'), tf.grad(a => tf.cast(a, 'float32'))(same)];
  },
  'padding with a constant': () => [
    tf.pad(
      seededTensor([2, 3, 4], 1),
      [
        [1, 0],
        [0, 2],
        [3, 1],
      ],
      7,
    ),
    tf.pad1d(seededTensor([3], 1) as tf.Tensor1D, [2, 1], -1),
    tf.pad(seededTensor([2, 3], 1), [
      [0, 0],
      [0, 0],
    ]),
  ],
  'average pooling gradient': () => poolGradient([2, 8, 6, 5], 2, 2),
  'average pooling gradient with a remainder': () => poolGradient([1, 9, 7, 8], 2, 2),
  'average pooling gradient of overlapping windows': () => poolGradient([1, 9, 7, 4], 3, 2),
  'average pooling gradient of windows 2 × 3': () => poolGradient([2, 4, 9, 4], [2, 3], [2, 3]),
  'gradient of ReLU, zero and negative inputs included': () => {
    const x = tf.tensor1d([-2, -0, 0, 1e-30, 3, -1e-30, 7]);
    return [tf.grad(a => tf.relu(a))(x, seededTensor([7], 2))];
  },
  'gradients of batch norm with fixed statistics': () => {
    const x = seededTensor([2, 5, 4, 6], 1) as tf.Tensor4D;
    const [mean, scale, offset] = [2, 3, 4].map(seed => seededTensor([6], seed) as tf.Tensor1D);
    const variance = tf.add(seededTensor([6], 5), 1.5) as tf.Tensor1D;
    const f = (...args: tf.Tensor[]) => {
      const [m, v, s, o] = args.slice(1) as tf.Tensor1D[];
      return tf.batchNorm(args[0] as tf.Tensor4D, m, v, o, s, 1e-3);
    };
    return tf.grads(f)([x, mean, variance, scale, offset], seededTensor([2, 5, 4, 6], 6));
  },
  'batch norm with fixed statistics, parameters missing or of full shape': () => {
    const x = seededTensor([2, 3, 4, 5], 1) as tf.Tensor4D;
    const [mean, offset] = [2, 3].map(seed => seededTensor([5], seed) as tf.Tensor1D);
    const variance = tf.add(seededTensor([5], 4), 1.5) as tf.Tensor1D;
    const full = tf.add(seededTensor([2, 3, 4, 5], 5), 1.5) as tf.Tensor4D;
    return [
      tf.batchNorm(x, mean, variance),
      tf.batchNorm(x, mean, variance, offset),
      tf.batchNorm(x, mean, variance, undefined, offset, 0.1),
      tf.batchNorm(x, x, full, full, full),
    ];
  },
  'gradient of bilinear up-sampling': () => {
    // Square: the cpu backend's gradient swaps height and width.
    const f = (a: tf.Tensor) => tf.image.resizeBilinear(a as tf.Tensor4D, [14, 14]);
    return [tf.grad(f)(seededTensor([2, 7, 7, 8], 1), seededTensor([2, 14, 14, 8], 2))];
  },
  'gradients of a transposed convolution': () => {
    const x = seededTensor([2, 6, 5, 8], 1) as tf.Tensor4D;
    const filter = seededTensor([4, 4, 3, 8], 2) as tf.Tensor4D;
    const f = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, [2, 12, 10, 3], 2, 'same');
    return [f(x, filter), ...tf.grads(f)([x, filter], seededTensor([2, 12, 10, 3], 3))];
  },
};

function concatenation(axis: number): tf.Tensor[] {
  const shapes = [3, 1, 4].map(length => Object.assign([2, 3, 5, 6], { [axis]: length }));
  const parts = shapes.map((shape, i) => seededTensor(shape, i));
  const f = (...args: tf.Tensor[]) => tf.concat(args, axis);
  const whole = f(...parts);
  return [whole, ...tf.grads(f)(parts, seededTensor(whole.shape, 9))];
}

function poolGradient(
  shape: number[],
  size: number | [number, number],
  strides: number | [number, number],
): tf.Tensor[] {
  const f = (a: tf.Tensor) => tf.avgPool(a as tf.Tensor4D, size, strides, 'valid');
  const x = seededTensor(shape, 1);
  return [tf.grad(f)(x, seededTensor(f(x).shape, 2))];
}

function evaluate(computation: Computation): Float32Array[] {
  return tf.tidy(() => computation().map(tensor => tensor.dataSync() as Float32Array));
}

describe('replaced operations on wasm', () => {
  const expected = new Map<string, Float32Array[]>();
  beforeAll(async () => {
    await prepareNodeBackend('cpu');
    for (const [name, computation] of Object.entries(computations)) expected.set(name, evaluate(computation));
    await prepareNodeBackend('wasm');
  }, 120_000);

  it.each(Object.keys(computations))('%s: as on the cpu backend', name => {
    const actual = evaluate(computations[name]);
    expect(actual.length).toBe(expected.get(name)!.length);
    actual.forEach((values, i) => expect(relativeError(values, expected.get(name)![i])).toBeLessThan(1e-5));
  });

  it('clones share values until the last one is disposed', () => {
    const before = tf.memory().numDataBuffers;
    const first = tf.tensor1d([1, 2, 3]);
    const second = first.clone();
    first.dispose();
    expect([...second.dataSync()]).toEqual([1, 2, 3]);
    second.dispose();
    expect(tf.memory().numDataBuffers).toBe(before);
  });
});

describe('conv2d layers', () => {
  beforeAll(() => prepareNodeBackend('wasm'));

  /** Values of (first filter, second filter, second bias) gradients, and the kernels that made them. */
  async function train(frozenFirst: boolean): Promise<{ gradients: Float32Array[]; kernels: string[] }> {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [12, 12, 2],
          filters: 6,
          kernelSize: 3,
          padding: 'same',
          useBias: false,
        }),
        tf.layers.conv2d({ filters: 5, kernelSize: 3, strides: 2, activation: 'relu' }),
      ],
    });
    const shapes = model.getWeights().map(weight => weight.shape);
    model.setWeights(shapes.map((shape, i) => seededTensor(shape, i + 1)));
    const variables = model.trainableWeights
      .slice(frozenFirst ? 1 : 0)
      .map(weight => weight.read() as tf.Variable);
    const x = seededTensor([2, 12, 12, 2], 8);
    let gradients: Float32Array[] = [];
    const { kernels } = await tf.profile(() => {
      const loss = () => tf.mean(tf.square(model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar;
      const { grads, value } = tf.variableGrads(loss, variables);
      gradients = variables.map(variable => grads[variable.name].dataSync() as Float32Array);
      tf.dispose([grads, value]);
    });
    model.dispose();
    x.dispose();
    return { gradients, kernels: kernels.map(kernel => kernel.name) };
  }

  it('compute no gradient of the image, and none of a frozen filter', async () => {
    const count = (names: string[], name: string) => names.filter(n => n === name).length;
    const all = await train(false);
    expect(count(all.kernels, 'Conv2DBackpropInput')).toBe(1);
    expect(count(all.kernels, 'Conv2DBackpropFilter')).toBe(2);
    const last = await train(true);
    expect(count(last.kernels, 'Conv2DBackpropInput')).toBe(0);
    expect(count(last.kernels, 'Conv2DBackpropFilter')).toBe(1);
  });

  it('have the gradients that finite differences give', async () => {
    const { gradients } = await train(false);
    // The same network by hand in plain operations, its loss differentiated numerically on the cpu backend.
    await prepareNodeBackend('cpu');
    const shapes = [[3, 3, 2, 6], [3, 3, 6, 5], [5]];
    const weights = shapes.map((shape, i) => seededTensor(shape, i + 1).dataSync() as Float32Array);
    const loss = (values: Float32Array[]) =>
      tf.tidy(() => {
        const [a, b, bias] = values.map((v, i) => tf.tensor(v, shapes[i]));
        const hidden = tf.conv2d(seededTensor([2, 12, 12, 2], 8) as tf.Tensor4D, a as tf.Tensor4D, 1, 'same');
        const out = tf.relu(tf.add(tf.conv2d(hidden, b as tf.Tensor4D, 2, 'valid'), bias));
        return tf.mean(tf.square(out)).dataSync()[0];
      });
    for (const [i, at] of [
      [0, 0],
      [0, 50],
      [1, 7],
      [1, 200],
      [2, 3],
    ]) {
      const step = 1e-2;
      const shifted = (sign: number) =>
        loss(weights.map((w, j) => (j === i ? nudged(w, at, sign * step) : w)));
      const numeric = (shifted(1) - shifted(-1)) / (2 * step);
      expect(gradients[i][at]).toBeCloseTo(numeric, 1);
      expect(Math.abs(gradients[i][at] - numeric)).toBeLessThan(0.01 * Math.max(1, Math.abs(numeric)));
    }
    await prepareNodeBackend('wasm');
  });
});

function nudged(values: Float32Array, at: number, by: number): Float32Array {
  const copy = values.slice();
  copy[at] += by;
  return copy;
}
