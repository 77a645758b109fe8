import { broadcastDims, isInteger, transposed, type Constant } from '../constant';
import type { OperationKind, OperationSettings } from '../../operation-layer';
import { dimsOf, inOrder, type Value } from '../network';
import { asValue, type Call, type Operator } from './call';

/** Elementwise on one tensor. */
function unaryOf(kind: OperationKind, settings: (call: Call) => OperationSettings = () => ({})): Operator {
  return call => {
    const value = call.network.inGraphOrder(call.value(0));
    return asValue(call.network.operate(kind, call.name, [value], settings(call), value));
  };
}

function activation(name: string): Operator {
  return call => {
    const value = call.network.inGraphOrder(call.value(0));
    return asValue(call.network.add('Activation', call.name, [value], { activation: name }, value));
  };
}

export const relu = activation('relu');
export const sigmoid = activation('sigmoid');
export const tanh = activation('tanh');
export const sqrt = unaryOf('sqrt');
export const exp = unaryOf('exp');
export const log = unaryOf('log');
export const neg = unaryOf('neg');
export const abs = unaryOf('abs');
export const erf = unaryOf('erf');
export const reciprocal = unaryOf('reciprocal');
export const softplus = unaryOf('softplus');
export const softsign = unaryOf('softsign');
export const mish = unaryOf('mish');
export const selu = unaryOf('selu');
export const hardSwish = unaryOf('hardSwish');
export const elu = unaryOf('elu', ({ attributes }) => ({ alpha: attributes.float('alpha', 1) }));
export const leakyRelu = unaryOf('leakyRelu', ({ attributes }) => ({ alpha: attributes.float('alpha', 0.01) }));
export const hardSigmoid = unaryOf('hardSigmoid', ({ attributes }) => ({
  alpha: attributes.float('alpha', 0.2),
  beta: attributes.float('beta', 0.5),
}));

export const gelu: Operator = call => {
  const approximate = call.attributes.text('approximate', 'none');
  if (approximate !== 'none' && approximate !== 'tanh') call.refuse(`has the approximation ${approximate}`);
  return unaryOf(approximate === 'tanh' ? 'geluTanh' : 'gelu')(call);
};

/** Limits are inputs from opset 11 on, attributes before. */
export const clip: Operator = call => {
  const limit = (index: number, name: string, open: number): number => {
    const given = call.constantOr(index);
    const value = given ? given.values[0] : call.attributes.float(name, open);
    // Exports write the largest float for "none".
    return Math.abs(value) >= 3.4e38 ? open : value;
  };
  const [low, high] = [limit(1, 'min', -Infinity), limit(2, 'max', Infinity)];
  const value = call.network.inGraphOrder(call.value(0));
  if (low === 0 && high === Infinity) return relu(call);
  if (low === 0) return asValue(call.network.add('ReLU', call.name, [value], { max_value: high }, value));
  // JSON has no infinities.
  const settings = { alpha: Math.max(low, -3.4e38), beta: Math.min(high, 3.4e38) };
  return asValue(call.network.operate('clip', call.name, [value], settings, value));
};

/** Passes its input on. */
export const identity: Operator = call => (call.isConstant(0) ? { constant: call.constant(0) } : asValue(call.value(0)));

/** @param layer of tf.layers, for two tensors of one shape */
function binaryOf(kind: OperationKind, layer?: string): Operator {
  return call => {
    if (call.count !== 2) call.refuse(`has ${call.count} inputs; two are computed here`);
    if (call.isConstant(0) || call.isConstant(1)) return asValue(withConstant(call, kind));
    const [a, b] = [0, 1].map(index => call.network.inGraphOrder(call.value(index)));
    const dims = broadcastDims(dimsOf(a), dimsOf(b));
    if (!dims || a.shape.length !== b.shape.length) {
      call.refuse(`joins [${dimsOf(a).join(', ')}] and [${dimsOf(b).join(', ')}]`);
    }
    const moved = call.network.arrange(b, a.axes);
    const shape = shapeAt(dims!, a.axes);
    const isOne = [a, moved].every(each => each.shape.every((size, axis) => size === shape[axis]));
    if (layer && isOne) return asValue(call.network.add(layer, call.name, [a, moved], {}, { shape, axes: a.axes }));
    return asValue(call.network.operate(kind, call.name, [a, moved], {}, { shape, axes: a.axes }));
  };
}

/** Sizes as they lie. */
function shapeAt(dims: readonly number[], axes: readonly number[]): number[] {
  const shape = Array.from<number>({ length: dims.length });
  axes.forEach((at, axis) => (shape[at] = dims[axis]));
  return shape;
}

function withConstant(call: Call, kind: OperationKind): Value {
  const first = call.isConstant(0);
  const value = call.network.inGraphOrder(call.value(first ? 1 : 0));
  const constant = call.constant(first ? 0 : 1);
  const before = dimsOf(value);
  const dims = broadcastDims(before, constant.dims);
  if (!dims || constant.dims.length > before.length || dims[0] !== 1) {
    call.refuse(`joins [${before.join(', ')}] with a constant of [${constant.dims.join(', ')}]`);
  }
  const shape = shapeAt(dims!, value.axes);
  const settings = first ? { constantFirst: true } : {};
  return call.network.operate(kind, call.name, [value], settings, { shape, axes: value.axes }, [constantAt(constant, value)]);
}

/** A constant laid out as a value is, to be broadcast to it. */
export function constantAt(constant: Constant, { axes }: Value): Constant {
  const plain: Constant = isInteger(constant) ? { ...constant, values: Float32Array.from(constant.values) } : constant;
  if (plain.values.length === 1) return { dims: [1], values: plain.values };
  const dims = [...Array.from({ length: axes.length - plain.dims.length }, () => 1), ...plain.dims];
  const order = inOrder(axes.length).map(place => axes.indexOf(place));
  return transposed({ dims, values: plain.values }, order);
}

export const add = binaryOf('add', 'Add');
export const sub = binaryOf('sub');
export const mul = binaryOf('mul', 'Multiply');
export const div = binaryOf('div');
export const min = binaryOf('min');
export const max = binaryOf('max');

/** Squares and roots by their own operations: the general power has no gradient at 0. */
export const pow: Operator = call => {
  const exponent = call.isConstant(1) ? call.constant(1) : undefined;
  const power = exponent?.values.length === 1 ? exponent.values[0] : undefined;
  if (power === 1) return asValue(call.value(0));
  if (power === 2) return unaryOf('square')(call);
  if (power === 0.5) return unaryOf('sqrt')(call);
  return binaryOf('pow')(call);
};
