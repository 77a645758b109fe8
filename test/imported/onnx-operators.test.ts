import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import '../../src/models/imported';
import { convertOnnx } from '../../src/models/imported/onnx/convert';
import { openOnnx } from '../../src/models/imported/onnx/read';
import { loadLayers } from '../../src/models/load-layers';
import { normal, seededRandom } from '../../src/models/random';
import { onnxFile, type GraphSpec, type NodeSpec } from './onnx-fixture';

beforeAll(async () => {
  await prepareNodeBackend('wasm');
  ort.env.wasm.numThreads = 1;
});

/** Shape of what makes the picture smaller than a classifier needs: every place has a part of its own in the sum. */
const drawn = (count: number, name: string): Float32Array => {
  const random = seededRandom(name);
  return Float32Array.from({ length: count }, () => normal(random));
};

interface Run {
  dims: readonly number[];
  values: Float32Array;
}

async function runner(bytes: Uint8Array, dims: number[]): Promise<(x: Float32Array) => Promise<Run>> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    logSeverityLevel: 3,
  });
  return async x => {
    const outputs = await session.run({ x: new ort.Tensor('float32', x, dims) });
    const { dims: shape, data } = Object.values(outputs)[0];
    return { dims: shape, values: data as Float32Array };
  };
}

/**
 * A graph here against onnxruntime-web: values, and the gradient by the image against differences of its values.
 */
async function compare(spec: GraphSpec): Promise<{ values: number; gradients: number }> {
  const bytes = onnxFile(spec);
  const stated = (spec.input ?? [1, 3, 8, 8]).map(size => (typeof size === 'string' ? 1 : size));
  const run = await runner(bytes, stated);
  const x = drawn(
    stated.reduce((a, b) => a * b, 1),
    'x',
  );
  const expected = await run(x);

  const { artifacts, places } = convertOnnx(openOnnx(bytes).graph());
  const network = await loadLayers(artifacts, true);
  const place = places.find(({ tensor }) => tensor === (spec.output ?? 'y'));
  const image = tf.tidy(() => tf.transpose(tf.tensor(x, stated), [0, 2, 3, 1]));
  const inGraphOrder = (y: tf.Tensor): tf.Tensor => (place ? tf.transpose(y, [...place.axes]) : y);
  const weights = drawn(expected.values.length, 'weights');
  const [values, gradient] = tf.tidy(() => {
    const answer = (input: tf.Tensor): tf.Tensor => inGraphOrder(network.apply(input) as tf.Tensor);
    const total = (input: tf.Tensor): tf.Tensor =>
      tf.sum(tf.mul(answer(input).reshape([-1]), tf.tensor1d(weights)));
    const made = answer(image);
    expect(made.shape).toEqual(expected.dims);
    return [
      made.dataSync<'float32'>().slice(),
      tf.transpose(tf.grad(total)(image), [0, 3, 1, 2]).dataSync<'float32'>().slice(),
    ];
  });
  image.dispose();
  network.dispose();
  const scale = Math.max(1, ...expected.values.map(Math.abs));
  const difference = Math.max(...values.map((value, i) => Math.abs(value - expected.values[i]))) / scale;

  // In a few directions: the change of the weighted sum there and back. A long step crosses the corners of a ReLU, a short one
  // is lost in rounding; a gradient that is wrong fits neither.
  let worst = 0;
  for (const name of ['a', 'b', 'c']) {
    const way = drawn(x.length, `way ${name}`);
    const derived = gradient.reduce((sum, value, i) => sum + value * way[i], 0);
    const errors: number[] = [];
    for (const step of [1e-2, 1e-3, 3e-4]) {
      const at = async (sign: number): Promise<number> => {
        const { values: there } = await run(x.map((value, i) => value + sign * step * way[i]));
        return there.reduce((sum, value, i) => sum + value * weights[i], 0);
      };
      const measured = ((await at(1)) - (await at(-1))) / (2 * step);
      errors.push(Math.abs(measured - derived) / Math.max(1, Math.abs(measured)));
    }
    worst = Math.max(worst, Math.min(...errors));
  }
  return { values: difference, gradients: worst };
}

const conv = (attributes: NodeSpec[3], dims = [4, 3, 3, 3], input = [1, 3, 8, 8]): GraphSpec => ({
  input,
  nodes: [['Conv', ['x', 'w', 'b'], ['y'], attributes]],
  weights: { w: { dims }, b: { dims: [dims[0]] } },
});
const pool = (op: string, attributes: NodeSpec[3], input = [1, 2, 9, 8]): GraphSpec => ({
  input,
  nodes: [[op, ['x'], ['y'], attributes]],
});
const one = (op: string, attributes: NodeSpec[3] = {}, opset = 17): GraphSpec => ({
  opset,
  nodes: [[op, ['x'], ['y'], attributes]],
});
const withConstant = (op: string, dims: number[], first = false): GraphSpec => ({
  nodes: [[op, first ? ['w', 'x'] : ['x', 'w'], ['y']]],
  weights: {
    w: { dims, values: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => 1.5 + i / 7) },
  },
});

const graphs: Record<string, GraphSpec> = {
  'Conv, padded on both sides, stride 2': conv({ pads: [1, 1, 1, 1], strides: [2, 2] }),
  'Conv, other pads on each side': conv({ pads: [0, 2, 1, 0] }),
  'Conv, SAME_UPPER, stride 2': conv({ auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  'Conv, SAME_LOWER, even window': conv({ auto_pad: 'SAME_LOWER', strides: [1, 2] }, [4, 3, 2, 4]),
  'Conv, VALID': conv({ auto_pad: 'VALID' }),
  'Conv, dilated': conv({ dilations: [2, 3], pads: [2, 3, 2, 3] }),
  'Conv, depthwise': conv({ group: 3, pads: [1, 1, 1, 1] }, [3, 1, 3, 3]),
  'Conv, depthwise with a multiplier, stride 2': conv(
    { group: 3, pads: [1, 1, 1, 1], strides: [2, 2] },
    [6, 1, 3, 3],
  ),
  'Conv, dilated depthwise': conv({ group: 3, dilations: [2, 2] }, [3, 1, 3, 3]),
  'Conv in groups': conv({ group: 2, pads: [1, 1, 1, 1], strides: [2, 2] }, [6, 2, 3, 3], [1, 4, 8, 8]),
  'Conv without bias, then BatchNormalization and Relu': {
    nodes: [
      ['Conv', ['x', 'w'], ['c']],
      ['BatchNormalization', ['c', 'gamma', 'beta', 'mean', 'variance'], ['n'], { epsilon: { float: 1e-3 } }],
      ['Relu', ['n'], ['y']],
    ],
    weights: {
      w: { dims: [4, 3, 3, 3] },
      gamma: { dims: [4] },
      beta: { dims: [4] },
      mean: { dims: [4] },
      variance: { dims: [4], values: [0.5, 1, 1.5, 2] },
    },
  },
  'BatchNormalization of the image': {
    nodes: [['BatchNormalization', ['x', 'gamma', 'beta', 'mean', 'variance'], ['y']]],
    weights: {
      gamma: { dims: [3] },
      beta: { dims: [3] },
      mean: { dims: [3] },
      variance: { dims: [3], values: [0.5, 1, 1.5] },
    },
  },
  'MaxPool, padded': pool('MaxPool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }),
  'MaxPool, ceil_mode': pool('MaxPool', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  'MaxPool, ceil_mode with pads': pool('MaxPool', {
    kernel_shape: [2, 2],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    ceil_mode: 1,
  }),
  AveragePool: pool('AveragePool', { kernel_shape: [2, 2], strides: [2, 2] }),
  'AveragePool, padded, pads not counted': pool('AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  'AveragePool, padded, pads counted': pool('AveragePool', {
    kernel_shape: [3, 3],
    pads: [1, 0, 1, 0],
    count_include_pad: 1,
  }),
  'AveragePool, ceil_mode': pool('AveragePool', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
  GlobalAveragePool: pool('GlobalAveragePool', {}),
  GlobalMaxPool: pool('GlobalMaxPool', {}),
  ...Object.fromEntries(
    [
      'Relu',
      'Sigmoid',
      'Tanh',
      'Elu',
      'Selu',
      'HardSigmoid',
      'HardSwish',
      'Softplus',
      'Softsign',
      'Erf',
      'Exp',
      'Neg',
      'Abs',
      'Identity',
    ].map(op => [op, one(op)]),
  ),
  LeakyRelu: one('LeakyRelu', { alpha: { float: 0.2 } }),
  'HardSigmoid of PyTorch': one('HardSigmoid', { alpha: { float: 1 / 6 } }),
  'Mish, opset 18': one('Mish', {}, 18),
  'Gelu, opset 20': one('Gelu', {}, 20),
  'Gelu with tanh, opset 20': one('Gelu', { approximate: 'tanh' }, 20),
  'Clip to [0, 6], as inputs': {
    nodes: [['Clip', ['x', 'low', 'high'], ['y']]],
    weights: { low: { dims: [], values: [0] }, high: { dims: [], values: [6] } },
  },
  'Clip by attributes, opset 7': one('Clip', { min: { float: -0.5 }, max: { float: 0.75 } }, 7),
  'Clip below alone': {
    nodes: [['Clip', ['x', 'low'], ['y']]],
    weights: { low: { dims: [], values: [-0.3] } },
  },
  SiLU: {
    nodes: [
      ['Sigmoid', ['x'], ['s']],
      ['Mul', ['x', 's'], ['y']],
    ],
  },
  'Softmax over channels': one('Softmax', { axis: 1 }),
  'LogSoftmax over the last axis, opset 11': one('LogSoftmax', { axis: 3 }, 11),
  'Add of a number': withConstant('Add', []),
  'Sub from a constant of each channel': withConstant('Sub', [3, 1, 1], true),
  'Mul by one of each column': withConstant('Mul', [8]),
  'Div by a constant of four axes': withConstant('Div', [1, 3, 8, 1]),
  'Max with a constant': withConstant('Max', [1]),
  'Min with a constant': withConstant('Min', [3, 1, 8]),
  'Pow 2, sum and square root, as norms are': {
    nodes: [
      ['Pow', ['x', 'two'], ['p']],
      ['ReduceSum', ['p', 'axes'], ['s']],
      ['Sqrt', ['s'], ['r']],
      ['Div', ['x', 'r'], ['y']],
    ],
    weights: { two: { dims: [], values: [2] }, axes: [1] },
  },
  'squeeze and excitation': {
    input: [1, 4, 6, 6],
    nodes: [
      ['GlobalAveragePool', ['x'], ['g']],
      ['Conv', ['g', 'w1', 'b1'], ['h']],
      ['HardSigmoid', ['h'], ['s']],
      ['Mul', ['s', 'x'], ['y']],
    ],
    weights: { w1: { dims: [4, 4, 1, 1] }, b1: { dims: [4] } },
  },
  'LayerNormalization over channels turned last': {
    nodes: [
      ['Transpose', ['x'], ['t'], { perm: [0, 2, 3, 1] }],
      ['LayerNormalization', ['t', 'scale', 'shift'], ['n'], { axis: -1, epsilon: { float: 1e-6 } }],
      ['MatMul', ['n', 'w'], ['m']],
      ['Add', ['b', 'm'], ['a']],
      ['Transpose', ['a'], ['y'], { perm: [0, 3, 1, 2] }],
    ],
    weights: { scale: { dims: [3] }, shift: { dims: [3] }, w: { dims: [3, 5] }, b: { dims: [5] } },
  },
  'LayerNormalization over all but the image': {
    nodes: [['LayerNormalization', ['x', 'scale', 'shift'], ['y'], { axis: 1 }]],
    weights: { scale: { dims: [3, 8, 8] }, shift: { dims: [3, 8, 8] } },
  },
  InstanceNormalization: {
    nodes: [['InstanceNormalization', ['x', 'scale', 'shift'], ['y']]],
    weights: { scale: { dims: [3] }, shift: { dims: [3] } },
  },
  'Flatten, then Gemm': {
    nodes: [
      ['Flatten', ['x'], ['f']],
      ['Gemm', ['f', 'w', 'b'], ['y'], { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }],
    ],
    weights: { w: { dims: [4, 192] }, b: { dims: [4] } },
  },
  'Flatten, then what minds the order': {
    nodes: [
      ['Flatten', ['x'], ['f']],
      ['Mul', ['f', 'w'], ['y']],
    ],
    weights: { w: { dims: [192] } },
  },
  'Reshape to features by Shape, Gather, Unsqueeze and Concat': {
    opset: 11,
    input: ['images', 3, 8, 8],
    nodes: [
      ['Shape', ['x'], ['s']],
      ['Gather', ['s', 'zero'], ['n'], { axis: 0 }],
      ['Unsqueeze', ['n'], ['n1'], { axes: [0] }],
      ['Concat', ['n1', 'rest'], ['to'], { axis: 0 }],
      ['Reshape', ['x', 'to'], ['f']],
      ['MatMul', ['f', 'w'], ['y']],
    ],
    weights: { zero: { dims: [], values: [0], type: 'int64' }, rest: [-1], w: { dims: [192, 3] } },
  },
  'channel shuffle': {
    input: [1, 6, 4, 4],
    nodes: [
      ['Reshape', ['x', 'apart'], ['a']],
      ['Transpose', ['a'], ['t'], { perm: [0, 2, 1, 3, 4] }],
      ['Reshape', ['t', 'together'], ['y']],
    ],
    weights: { apart: [1, 2, 3, 4, 4], together: [1, -1, 4, 4] },
  },
  'Split in unequal parts, joined the other way round': {
    opset: 11,
    input: [1, 5, 4, 4],
    nodes: [
      ['Split', ['x'], ['a', 'b'], { axis: 1, split: [2, 3] }],
      ['Concat', ['b', 'a'], ['y'], { axis: 1 }],
    ],
  },
  'Split into num_outputs, opset 18': {
    opset: 18,
    input: [1, 5, 4, 4],
    nodes: [
      ['Split', ['x'], ['a', 'b'], { axis: 1, num_outputs: 2 }],
      ['Concat', ['b', 'a'], ['y'], { axis: 1 }],
    ],
  },
  'Slice of rows and columns': {
    nodes: [['Slice', ['x', 'starts', 'ends', 'axes'], ['y']]],
    weights: { starts: [1, -4], ends: [2147483647, 7], axes: [2, 3] },
  },
  'one channel by Gather, then scaled and joined, as torchvision changes ImageNet’s scale': {
    nodes: [
      ['Gather', ['x', 'zero'], ['r'], { axis: 1 }],
      ['Unsqueeze', ['r', 'one'], ['r1']],
      ['Mul', ['r1', 'factor'], ['r2']],
      ['Gather', ['x', 'places'], ['gb'], { axis: 1 }],
      ['Concat', ['r2', 'gb'], ['y'], { axis: 1 }],
    ],
    weights: {
      zero: { dims: [], values: [0], type: 'int64' },
      one: [1],
      places: [2, 1],
      factor: { dims: [], values: [0.458 / 0.5] },
    },
  },
  'Pad by zeros': { nodes: [['Pad', ['x', 'pads'], ['y']]], weights: { pads: [0, 0, 1, 2, 0, 0, 0, 1] } },
  'Pad by another number, over channels too': {
    nodes: [['Pad', ['x', 'pads', 'fill'], ['y']]],
    weights: { pads: [0, 1, 0, 0, 0, 0, 1, 0], fill: { dims: [], values: [-0.5] } },
  },
  'ReduceMean over rows and columns, axes an attribute': one('ReduceMean', { axes: [2, 3], keepdims: 0 }),
  'ReduceMean over rows and columns, axes an input': {
    opset: 18,
    nodes: [['ReduceMean', ['x', 'axes'], ['y']]],
    weights: { axes: [-1, -2] },
  },
  'ReduceMax over channels': one('ReduceMax', { axes: [1] }),
  'ReduceMin over rows': one('ReduceMin', { axes: [2], keepdims: 0 }),
  'Squeeze of what was pooled': {
    nodes: [
      ['GlobalAveragePool', ['x'], ['g']],
      ['Squeeze', ['g', 'axes'], ['s']],
      ['Gemm', ['s', 'w', 'b'], ['y']],
    ],
    weights: { axes: [2, 3], w: { dims: [3, 2] }, b: { dims: [2] } },
  },
  'Dropout and Cast pass': {
    nodes: [
      ['Dropout', ['x'], ['d']],
      ['Cast', ['d'], ['y'], { to: 1 }],
    ],
  },
  'constants computed from constants': {
    nodes: [
      ['Constant', [], ['c'], { value_float: { float: 3 } }],
      ['Sqrt', ['c'], ['r']],
      ['Mul', ['x', 'r'], ['y']],
    ],
  },
};

describe('an operator of ONNX', () => {
  it.each(Object.entries(graphs))('%s: values and gradients of onnxruntime-web', async (_, spec) => {
    const { values, gradients } = await compare(spec);
    expect(values).toBeLessThan(1e-5);
    expect(gradients).toBeLessThan(1e-2);
  });
});
