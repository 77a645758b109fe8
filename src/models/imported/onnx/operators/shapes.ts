import { integers } from '../constant';
import { dimsOf, inOrder, type Value } from '../network';
import { reshapeValue, resolvedDims } from '../reshape';
import { asValue, type Call, type Operator } from './call';
import { withZeros } from './convolution';

const reshapeTo = (call: Call, dims: readonly number[]): { value: Value } => ({
  value: reshapeValue(call.network, call.value(0), dims, call.told),
});

export const reshape: Operator = call => {
  const wanted = [...call.constant(1).values];
  const zeroIsZero = call.attributes.int('allowzero', 0) !== 0;
  return reshapeTo(call, resolvedDims(wanted, dimsOf(call.value(0)), zeroIsZero, call.told));
};

export const flatten: Operator = call => {
  const dims = dimsOf(call.value(0));
  if (call.axis(call.attributes.int('axis', 1), dims.length) !== 1) call.refuse('flattens images together');
  return reshapeTo(call, resolvedDims([1, -1], dims, false, call.told));
};

export const squeeze: Operator = call => {
  const dims = dimsOf(call.value(0));
  const named = call.numbers(1, 'axes')?.map(axis => call.innerAxis(axis, dims.length));
  const axes = named ?? inOrder(dims.length).filter(axis => axis > 0 && dims[axis] === 1);
  if (axes.some(axis => dims[axis] !== 1)) call.refuse(`removes an axis of [${dims.join(', ')}] that is not 1`);
  return reshapeTo(
    call,
    dims.filter((_, axis) => !axes.includes(axis)),
  );
};

export const unsqueeze: Operator = call => {
  const dims = dimsOf(call.value(0));
  const named = call.numbers(1, 'axes') ?? call.refuse('does not say which axes it adds');
  const rank = dims.length + named.length;
  const axes = named.map(axis => call.innerAxis(axis, rank));
  const left = [...dims];
  return reshapeTo(
    call,
    inOrder(rank).map(axis => (axes.includes(axis) ? 1 : left.shift()!)),
  );
};

/** Nothing is moved: the axes are counted otherwise from here on. */
export const transpose: Operator = call => {
  const value = call.network.inGraphOrder(call.value(0));
  const rank = value.axes.length;
  const order = call.attributes.ints('perm') ?? inOrder(rank).reverse();
  if (order.length !== rank || order[0] !== 0) call.refuse(`moves the axis of the images ([${order.join(', ')}])`);
  return asValue({ ...value, axes: order.map(axis => value.axes[axis]) });
};

export const concat: Operator = call => {
  const values = inOrder(call.count).map(index => call.network.inGraphOrder(call.value(index)));
  if (values.length === 1) return asValue(values[0]);
  const [first] = values;
  const axis = call.innerAxis(call.attributes.int('axis', 1), first.axes.length);
  const moved = values.map(value => call.network.arrange(value, first.axes));
  const at = first.axes[axis];
  const shape = [...first.shape];
  shape[at] = moved.reduce((sum, value) => sum + value.shape[at], 0);
  return asValue(call.network.add('Concatenate', call.name, moved, { axis: at }, { shape, axes: first.axes }));
};

/** `count` places of an axis of the graph, from `begin` on. */
function sliced(call: Call, given: Value, axis: number, begin: number, count: number): Value {
  const value = call.network.inGraphOrder(given);
  const at = value.axes[axis];
  if (begin === 0 && count === value.shape[at]) return value;
  const shape = value.shape.map((size, place) => (place === at ? count : size));
  const numbers = value.shape.slice(1).map((_, place) => (place + 1 === at ? begin : 0));
  const settings = { numbers, sizes: shape.slice(1) };
  return call.network.operate('slice', call.name, [value], settings, { shape, axes: value.axes });
}

export const split: Operator = call => {
  const value = call.value(0);
  const dims = dimsOf(value);
  const axis = call.innerAxis(call.attributes.int('axis', 0), dims.length);
  const parts = call.node.outputs.length;
  const each = Math.ceil(dims[axis] / call.attributes.int('num_outputs', parts));
  const sizes = call.numbers(1, 'split') ?? inOrder(parts).map(part => Math.min(each, dims[axis] - part * each));
  if (sizes.reduce((a, b) => a + b, 0) !== dims[axis] || sizes.some(size => size < 1))
    call.refuse(`splits ${dims[axis]} into ${sizes.join(', ')}`);
  let begin = 0;
  return sizes.map(size => {
    const part = sliced(call, value, axis, begin, size);
    begin += size;
    return asValue(part);
  });
};

export const slice: Operator = call => {
  let value = call.value(0);
  const dims = dimsOf(value);
  const starts = call.numbers(1, 'starts') ?? call.refuse('does not say where it starts');
  const ends = call.numbers(2, 'ends') ?? call.refuse('does not say where it ends');
  const axes = call.numbers(3, 'axes') ?? inOrder(starts.length);
  const steps = call.numbers(4, 'steps') ?? starts.map(() => 1);
  if (steps.some(step => step !== 1)) call.refuse(`takes steps of ${steps.join(', ')}; only neighbouring places are cut out here`);
  starts.forEach((start, i) => {
    const axis = call.axis(axes[i], dims.length);
    const size = dims[axis];
    const bounded = (place: number): number => Math.min(size, Math.max(0, place < 0 ? place + size : place));
    const [begin, end] = [bounded(start), bounded(ends[i])];
    if (end <= begin) call.refuse('cuts out nothing');
    if (axis === 0) {
      if (end - begin !== size) call.refuse('works across images');
      return;
    }
    value = sliced(call, value, axis, begin, end - begin);
  });
  return asValue(value);
};

const mostPieces = 64;

/** Of known places: neighbours are cut out together. One place without an axis of its own takes the axis away. */
export const gather: Operator = call => {
  const value = call.value(0);
  const dims = dimsOf(value);
  const axis = call.innerAxis(call.attributes.int('axis', 0), dims.length);
  const { dims: shape, values } = call.constant(1);
  const places = Array.from(values, place => (place < 0 ? place + dims[axis] : place));
  if (shape.length > 1 || !places.every(place => Number.isInteger(place) && place >= 0 && place < dims[axis]))
    call.refuse(`takes the places ${places.slice(0, 8).join(', ')} of ${dims[axis]}`);
  const runs: [begin: number, count: number][] = [];
  for (const place of places) {
    const last = runs.at(-1);
    if (last && place === last[0] + last[1]) last[1]++;
    else runs.push([place, 1]);
  }
  if (runs.length > mostPieces) call.refuse(`takes ${runs.length} pieces apart; up to ${mostPieces} are cut out here`);
  const pieces = runs.map(([begin, count]) => sliced(call, value, axis, begin, count));
  const [first] = pieces;
  const at = first.axes[axis];
  const joined = first.shape.map((size, place) => (place === at ? places.length : size));
  const taken =
    pieces.length === 1
      ? first
      : call.network.add('Concatenate', call.name, pieces, { axis: at }, { shape: joined, axes: first.axes });
  if (shape.length === 1) return asValue(taken);
  const without = dimsOf(taken).filter((_, each) => each !== axis);
  return asValue(reshapeValue(call.network, taken, without, call.told));
};

export const pad: Operator = call => {
  const given = call.network.inGraphOrder(call.value(0));
  const rank = given.axes.length;
  const mode = call.attributes.text('mode', 'constant');
  if (mode !== 'constant') call.refuse(`fills by ${mode}; only constants are filled in here`);
  const pads = call.numbers(1, 'pads') ?? call.refuse('does not say how much it adds');
  const fill = call.constantOr(2)?.values[0] ?? call.attributes.float('value', 0);
  const named = call.has(3) ? call.numbers(3, 'axes')! : inOrder(rank);
  const around = inOrder(rank).map((): [number, number] => [0, 0]);
  named.forEach((axis, i) => (around[call.axis(axis, rank)] = [pads[i], pads[i + named.length]]));
  if (around.flat().some(count => count < 0)) call.refuse('takes away rather than adds');
  if (around.flat().every(count => count === 0)) return asValue(given);
  if (around[0].some(count => count > 0)) call.refuse('adds images');
  const inPlaces = rank === 4 && around[1].every(count => count === 0);
  if (fill === 0 && inPlaces && given.axes[1] === 3) {
    const [, , [top, bottom], [left, right]] = around;
    return asValue(withZeros(call, given, [top, bottom, left, right]));
  }
  const numbers = Array.from({ length: 2 * rank }, () => 0);
  const shape = [...given.shape];
  around.forEach(([before, after], axis) => {
    const at = given.axes[axis];
    numbers.splice(2 * at, 2, before, after);
    shape[at] += before + after;
  });
  return asValue(call.network.operate('pad', call.name, [given], { numbers, alpha: fill }, { shape, axes: given.axes }));
};

/** Sizes for one image. */
export const shapeOf: Operator = call => {
  const dims = dimsOf(call.value(0));
  const from = call.attributes.int('start', 0);
  const to = call.attributes.int('end', dims.length);
  return { constant: integers(dims.slice(from, to)) };
};
