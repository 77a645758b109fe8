import { product, type Constant } from '../constant';
import { dimsOf, inOrder, type Value } from '../network';
import { reshapeValue } from '../reshape';
import type { OperationKind } from '../../operation-layer';
import { asValue, type Call, type Operator } from './call';
import { constantAt } from './elementwise';

/** Over axes that are an attribute, or an input in later opsets. */
function reductionOf(kind: OperationKind): Operator {
  return call => {
    const value = call.network.inGraphOrder(call.value(0));
    const rank = value.axes.length;
    const named = call.numbers(1, 'axes');
    if (!named?.length && call.attributes.int('noop_with_empty_axes', 0) !== 0) return asValue(value);
    const axes = (named?.length ? named : inOrder(rank)).map(axis => call.innerAxis(axis, rank));
    const places = axes.map(axis => value.axes[axis]).sort((a, b) => a - b);
    const keep = call.attributes.int('keepdims', 1) !== 0;
    const ones = value.shape.map((size, place) => (places.includes(place) ? 1 : size));
    const overImage = kind === 'mean' && rank === 4 && value.axes[1] === 3 && places.join() === '1,2';
    if (overImage) {
      const pooled = call.network.add(
        'GlobalAveragePooling2D',
        call.name,
        [value],
        { data_format: 'channels_last' },
        { shape: [1, ones[3]], axes: [0, 1] },
      );
      return asValue(keep ? { ...call.network.reshape(pooled, ones), axes: value.axes } : pooled);
    }
    const settings = { axes: places, keepDims: true };
    const kept = call.network.operate(kind, call.name, [value], settings, { shape: ones, axes: value.axes });
    if (keep) return asValue(kept);
    const dims = dimsOf(kept).filter((_, axis) => !axes.includes(axis));
    return asValue(reshapeValue(call.network, kept, dims, call.told));
  };
}

export const reduceMean = reductionOf('mean');
export const reduceSum = reductionOf('sum');
export const reduceMax = reductionOf('largest');
export const reduceMin = reductionOf('smallest');

/** Along one axis; before opset 13 over all from there on, which is the same for the last. */
const softmaxOf =
  (kind: 'softmax' | 'logSoftmax'): Operator =>
  call => {
    const given = call.network.inGraphOrder(call.value(0));
    const rank = given.axes.length;
    const axis = call.innerAxis(call.attributes.int('axis', call.opset < 13 ? 1 : -1), rank);
    if (call.opset < 13 && product(dimsOf(given).slice(axis + 1)) !== 1)
      call.refuse('joins several axes, as softmax does before opset 13; export with opset_version=17');
    const order = [...inOrder(rank).filter(each => each !== axis), axis];
    const last = given.axes[axis] === rank - 1;
    const axes = Array.from<number>({ length: rank });
    order.forEach((each, place) => (axes[each] = place));
    const value = last ? given : call.network.arrange(given, axes);
    if (kind === 'softmax') return asValue(call.network.add('Softmax', call.name, [value], { axis: -1 }, value));
    return asValue(call.network.operate(kind, call.name, [value], {}, value));
  };

export const softmax = softmaxOf('softmax');
export const logSoftmax = softmaxOf('logSoftmax');

function normalised(call: Call, value: Value, axes: number[], scale: Constant, shift: Constant): Value {
  const settings = {
    axes: axes.map(axis => value.axes[axis]).sort((a, b) => a - b),
    epsilon: call.attributes.float('epsilon', 1e-5),
  };
  const constants = [scale, shift].map(constant => constantAt(constant, value));
  return call.network.operate('normalise', call.name, [value], settings, value, constants);
}

export const layerNormalization: Operator = call => {
  if (call.node.outputs.filter(Boolean).length > 1) call.refuse('also answers mean and deviation');
  const value = call.network.inGraphOrder(call.value(0));
  const rank = value.axes.length;
  const first = call.innerAxis(call.attributes.int('axis', -1), rank);
  const scale = call.constant(1);
  const shift = call.constantOr(2) ?? { dims: scale.dims, values: new Float32Array(scale.values.length) };
  return asValue(normalised(call, value, inOrder(rank).slice(first), scale, shift));
};

export const instanceNormalization: Operator = call => {
  const value = call.network.inGraphOrder(call.value(0));
  const rank = value.axes.length;
  // [channels] as [channels, 1, 1]
  const [scale, shift] = [1, 2].map(index => {
    const { values } = call.constant(index);
    return { dims: [values.length, ...Array.from({ length: rank - 2 }, () => 1)], values };
  });
  return asValue(normalised(call, value, inOrder(rank).slice(2), scale, shift));
};
