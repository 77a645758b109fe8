/** What ONNX graphs compute and tf.layers has no layer for: one layer, whose kind says which. */
import * as tf from '@tensorflow/tfjs';

/** Settings of a kind; all numbers are fixed when the network is imported. */
export interface OperationSettings {
  /** Axes, with the batch. */
  axes?: number[];
  /** Axis order of a transpose; begin and size of a slice; [before, after] of each axis of a pad, in one list. */
  numbers?: number[];
  sizes?: number[];
  groups?: number;
  strides?: [number, number];
  /** Rows above and below, columns left and right. */
  pads?: [number, number, number, number];
  window?: [number, number];
  keepDims?: boolean;
  epsilon?: number;
  alpha?: number;
  beta?: number;
  /** The first constant is the left operand. */
  constantFirst?: boolean;
}

type Compute = (inputs: tf.Tensor[], settings: OperationSettings) => tf.Tensor;

const unary =
  (compute: (x: tf.Tensor, settings: OperationSettings) => tf.Tensor): Compute =>
  ([x], settings) =>
    compute(x, settings);

const binary =
  (compute: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Compute =>
  ([a, b], { constantFirst }) =>
    constantFirst ? compute(b, a) : compute(a, b);

const reduction = (compute: (x: tf.Tensor, axes: number[], keepDims?: boolean) => tf.Tensor): Compute =>
  unary((x, { axes, keepDims }) => compute(x, axes!, keepDims));

const padsOf = ({ pads }: OperationSettings): tf.backend_util.ExplicitPadding => {
  const [top, bottom, left, right] = pads!;
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
};

/** Inputs first, then constants. Differentiable by the inputs. */
const operations = {
  add: binary((a, b) => tf.add(a, b)),
  sub: binary((a, b) => tf.sub(a, b)),
  mul: binary((a, b) => tf.mul(a, b)),
  div: binary((a, b) => tf.div(a, b)),
  pow: binary((a, b) => tf.pow(a, b)),
  min: binary((a, b) => tf.minimum(a, b)),
  max: binary((a, b) => tf.maximum(a, b)),
  square: unary(x => tf.square(x)),
  sqrt: unary(x => tf.sqrt(x)),
  reciprocal: unary(x => tf.reciprocal(x)),
  exp: unary(x => tf.exp(x)),
  log: unary(x => tf.log(x)),
  neg: unary(x => tf.neg(x)),
  abs: unary(x => tf.abs(x)),
  erf: unary(x => tf.erf(x)),
  softplus: unary(x => tf.softplus(x)),
  softsign: unary(x => tf.div(x, tf.add(tf.abs(x), 1))),
  mish: unary(x => tf.mul(x, tf.tanh(tf.softplus(x)))),
  elu: unary((x, { alpha }) => tf.add(tf.relu(x), tf.mul(tf.sub(tf.exp(tf.minimum(x, 0)), 1), alpha!))),
  selu: unary(x => tf.selu(x)),
  leakyRelu: unary((x, { alpha }) => tf.leakyRelu(x, alpha)),
  clip: unary((x, { alpha, beta }) => tf.clipByValue(x, alpha!, beta!)),
  hardSigmoid: unary((x, { alpha, beta }) => tf.clipByValue(tf.add(tf.mul(x, alpha!), beta!), 0, 1)),
  hardSwish: unary(x => tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6))),
  gelu: unary(x => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))),
  geluTanh: unary(x => {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI));
    return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
  }),
  softmax: unary(x => tf.softmax(x)),
  logSoftmax: unary(x => tf.logSoftmax(x)),
  mean: reduction((x, axes, keepDims) => tf.mean(x, axes, keepDims)),
  sum: reduction((x, axes, keepDims) => tf.sum(x, axes, keepDims)),
  largest: reduction((x, axes, keepDims) => tf.max(x, axes, keepDims)),
  smallest: reduction((x, axes, keepDims) => tf.min(x, axes, keepDims)),
  transpose: unary((x, { numbers }) => tf.transpose(x, numbers)),
  reshape: unary((x, { sizes }) => tf.reshape(x, [x.shape[0], ...sizes!])),
  slice: unary((x, { numbers, sizes }) => tf.slice(x, [0, ...numbers!], [-1, ...sizes!])),
  pad: unary((x, { numbers, alpha }) =>
    tf.pad(
      x,
      Array.from({ length: x.rank }, (_, axis): [number, number] => [numbers![2 * axis], numbers![2 * axis + 1]]),
      alpha,
    ),
  ),
  maxPool: unary((x, settings) => tf.maxPool(x as tf.Tensor4D, settings.window!, settings.strides!, padsOf(settings))),
  /** The mean of what lies in the picture: the sum of the window over a picture of zeros, by the number of its places. */
  averagePool: unary((x, settings) => {
    const { window, strides } = settings;
    const padded = tf.pad(x as tf.Tensor4D, padsOf(settings));
    const ones = tf.pad(tf.ones([1, x.shape[1]!, x.shape[2]!, 1]), padsOf(settings));
    const mean = (y: tf.Tensor): tf.Tensor => tf.avgPool(y as tf.Tensor4D, window!, strides!, 'valid');
    return tf.mul(mean(padded), tf.reciprocal(mean(ones)));
  }),
  /** (x − mean) / √(variance + ε) over axes, then scaled and shifted. Constants: scale, shift. */
  normalise: ([x, scale, shift], { axes, epsilon }) => {
    const centred = tf.sub(x, tf.mean(x, axes, true));
    const variance = tf.mean(tf.square(centred), axes, true);
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon!))), scale), shift);
  },
  /** Constants: filter [rows, columns, channels of a group, filters], bias. */
  groupedConvolution: ([x, filter, bias], { groups, strides }) => {
    const parts = tf.split(x as tf.Tensor4D, groups!, 3) as tf.Tensor4D[];
    const filters = tf.split(filter as tf.Tensor4D, groups!, 3) as tf.Tensor4D[];
    const made = parts.map((part, group) => tf.conv2d(part, filters[group], strides!, 'valid'));
    return tf.add(tf.concat(made, 3), bias);
  },
  /** Of the last axis. Constants: matrix [n, m], and a vector [m] to add. */
  dense: ([x, matrix, bias]) => {
    const [rows, columns] = matrix.shape as [number, number];
    const product = tf.matMul(tf.reshape(x, [-1, rows]), matrix as tf.Tensor2D);
    return tf.reshape(tf.add(product, bias), [...x.shape.slice(0, -1), columns]);
  },
} satisfies Record<string, Compute>;

export type OperationKind = keyof typeof operations;

export interface OperationConfig {
  name: string;
  kind: OperationKind;
  settings: OperationSettings;
  /** Shapes of the constants. */
  constants: number[][];
  /** Without the batch. */
  answers: number[];
}

/** Until the saved values come. (The viewer's smaller TensorFlow.js has no tf.initializers.) */
const zeros = { apply: (shape: number[]) => tf.zeros(shape) } as unknown as Parameters<tf.layers.Layer['addWeight']>[3];

/** One operation of a network that was imported from ONNX; its constants are its weights. */
export class ExplainOperation extends tf.layers.Layer {
  static readonly className = 'ExplainOperation';
  private readonly config: OperationConfig;

  constructor(config: OperationConfig) {
    super({ name: config.name, trainable: false });
    if (!Object.hasOwn(operations, config.kind)) throw new RangeError(`There is no operation ${config.kind}.`);
    this.config = config;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    for (const [index, shape] of this.config.constants.entries()) {
      this.addWeight(`constant${index}`, shape, 'float32', zeros);
    }
    super.build(inputShape);
  }

  override computeOutputShape(): tf.Shape {
    return [null, ...this.config.answers];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { kind, settings } = this.config;
    const compute: Compute = operations[kind];
    const constants = this.weights.map(weight => weight.read());
    return tf.tidy(() => compute([...(Array.isArray(inputs) ? inputs : [inputs]), ...constants], settings));
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { kind, settings, constants, answers } = this.config;
    const saved = { kind, settings, constants, answers };
    return { ...super.getConfig(), ...(saved as unknown as tf.serialization.ConfigDict) };
  }
}

tf.serialization.registerClass(ExplainOperation);
