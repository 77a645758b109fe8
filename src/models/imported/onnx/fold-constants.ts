/** Computes what an export leaves to be computed from constants alone, mostly shapes. */
import {
  broadcast,
  broadcastDims,
  gather,
  integers,
  isInteger,
  product,
  stridesOf,
  transposed,
  type Constant,
} from './constant';
import { inOrder } from './network';
import { dataTypes } from './schema';
import { refuse, type OnnxNode } from './read';

interface Folding {
  node: OnnxNode;
  inputs: (Constant | undefined)[];
  /** Axes or the like from an input, or the attribute of older opsets. */
  numbers(index: number, attribute: string): number[] | undefined;
}

/** What a node makes of constants. Its size is stated, and judged, before anything of that size is made. */
interface Fold {
  dims(folding: Folding): readonly number[];
  make(folding: Folding, dims: readonly number[]): Constant;
  /** The values are the input's own, in another shape. */
  shares?: true;
}

/** Of a constant that is larger than what it is made of; shapes and grids of positions are far smaller. */
const mostGrown = 2 ** 22;
/** Of all that are made, beside a few copies of the weights. */
const mostInAll = 2 ** 24;
const mostCopies = 4;

/** How much of what a file makes of its constants is left: a few hundred bytes can ask for any number of them. */
export class ConstantBudget {
  private left: number;

  /** @param given values that stand in the file */
  constructor(given: number) {
    this.left = mostInAll + mostCopies * given;
  }

  /**
   * @param dims of what is to be made
   * @param from values that it is made of
   * @throws ModelPackageError `format` where that is no size, or more than any export needs
   */
  take(node: OnnxNode, dims: readonly number[], from: number): void {
    const count = product(dims);
    const isSize = dims.every(size => Number.isSafeInteger(size) && size >= 0);
    if (!isSize || count > Math.max(mostGrown, from)) refuse(`The node "${node.name}" (${node.op}) makes ${count} values, more than any export needs.`);
    this.left -= count;
    if (this.left < 0) refuse(`The node "${node.name}" (${node.op}) and those before it make more values of constants than any export needs.`);
  }
}

function reshaped(dims: Fold['dims']): Fold {
  return { dims, make: ({ inputs: [x] }, to) => ({ dims: to, values: x!.values }), shares: true };
}

/** Integers stay whole: their quotient is rounded towards 0, as in ONNX. */
function binary(compute: (a: number, b: number, whole: boolean) => number): Fold {
  return {
    dims: ({ node, inputs: [a, b] }) =>
      broadcastDims(a!.dims, b!.dims) ?? refuse(`The node "${node.name}" (${node.op}) joins constants of different shapes.`),
    make({ inputs: [a, b] }, dims) {
      const [p, q] = [broadcast(a!, dims), broadcast(b!, dims)];
      const whole = isInteger(a!);
      const made = Array.from(p.values, (value, i) => compute(value, q.values[i], whole));
      return whole ? integers(made, dims) : { dims, values: Float32Array.from(made) };
    },
  };
}

function unary(compute: (value: number) => number): Fold {
  return {
    dims: ({ inputs: [x] }) => x!.dims,
    make: ({ inputs: [x] }, dims) =>
      isInteger(x!) ? integers(Array.from(x!.values, compute), dims) : { dims, values: (x!.values as Float32Array).map(compute) },
  };
}

const counted = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Where a node cuts a constant, axis by axis. */
function sliceOf({ node, inputs: [x], numbers }: Folding): { dims: number[]; offset: number } {
  const [starts, ends] = [numbers(1, 'starts')!, numbers(2, 'ends')!];
  const axes = (numbers(3, 'axes') ?? inOrder(starts.length)).map(axis => counted(axis, x!.dims.length));
  if ((numbers(4, 'steps') ?? []).some(step => step !== 1)) refuse(`The node "${node.name}" (${node.op}) takes steps through a constant.`);
  const dims = [...x!.dims];
  const steps = stridesOf(dims);
  let offset = 0;
  axes.forEach((axis, i) => {
    const size = x!.dims[axis];
    const bounded = (place: number): number => Math.min(size, Math.max(0, counted(place, size)));
    offset += bounded(starts[i]) * steps[axis];
    dims[axis] = Math.max(0, bounded(ends[i]) - bounded(starts[i]));
  });
  return { dims, offset };
}

const folds: Record<string, Fold> = {
  Identity: reshaped(({ inputs: [x] }) => x!.dims),
  Cast: {
    dims: ({ inputs: [x] }) => x!.dims,
    make({ node, inputs: [x] }, dims) {
      const to = node.attributes.int('to', dataTypes.float);
      const isFloat = ([dataTypes.float, dataTypes.double, dataTypes.float16] as number[]).includes(to);
      if (isFloat) return { dims, values: Float32Array.from(x!.values) };
      const whole = (value: number): number => (to === dataTypes.bool ? Number(value !== 0) : Math.trunc(value));
      return integers(Array.from(x!.values, whole), dims);
    },
  },
  ConstantOfShape: {
    dims: ({ inputs: [x] }) => [...x!.values],
    make({ node }, dims) {
      const fill = node.attributes.tensor('value') ?? { dims: [1], values: new Float32Array(1) };
      return gather(fill, dims, dims.map(() => 0));
    },
  },
  Shape: { dims: ({ inputs: [x] }) => [x!.dims.length], make: ({ inputs: [x] }) => integers(x!.dims) },
  Reshape: reshaped(({ node, inputs: [x, shape] }) => {
    const dims = Array.from(shape!.values, (size, axis) => (size === 0 ? x!.dims[axis] : size));
    const open = dims.indexOf(-1);
    if (open >= 0) dims[open] = product(x!.dims) / product(dims.filter(size => size !== -1));
    if (product(dims) !== product(x!.dims)) refuse(`The node "${node.name}" (${node.op}) gives a constant an impossible shape.`);
    return dims;
  }),
  Squeeze: reshaped(({ inputs: [x], numbers }) => {
    const axes = numbers(1, 'axes')?.map(axis => counted(axis, x!.dims.length));
    return x!.dims.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1));
  }),
  Unsqueeze: reshaped(({ inputs: [x], numbers }) => {
    const named = numbers(1, 'axes') ?? [];
    const rank = x!.dims.length + named.length;
    const axes = named.map(axis => counted(axis, rank));
    const left = [...x!.dims];
    return inOrder(rank).map(axis => (axes.includes(axis) ? 1 : left.shift()!));
  }),
  Transpose: {
    dims: ({ node, inputs: [x] }) => orderOf(node, x!).map(axis => x!.dims[axis]),
    make: ({ node, inputs: [x] }) => transposed(x!, orderOf(node, x!)),
  },
  Concat: {
    dims({ node, inputs }) {
      const all = inputs.map(input => input!);
      const axis = counted(node.attributes.int('axis', 0), all[0].dims.length);
      if (axis !== 0 || all[0].dims.length !== 1) refuse(`The node "${node.name}" (${node.op}) joins constants that are no vectors.`);
      return [all.reduce((sum, { values }) => sum + values.length, 0)];
    },
    make({ inputs }, dims) {
      const values = inputs.flatMap(input => [...input!.values]);
      return isInteger(inputs[0]!) ? integers(values, dims) : { dims, values: Float32Array.from(values) };
    },
  },
  Gather: {
    dims({ node, inputs: [x, places] }) {
      const axis = counted(node.attributes.int('axis', 0), x!.dims.length);
      if (axis !== 0) refuse(`The node "${node.name}" (${node.op}) takes a constant apart along axis ${axis}.`);
      return [...places!.dims, ...x!.dims.slice(1)];
    },
    make({ inputs: [x, places] }, dims) {
      const [steps, rest] = [stridesOf(x!.dims), x!.dims.slice(1)];
      const parts = Array.from(places!.values, place => gather(x!, rest, steps.slice(1), counted(place, x!.dims[0]) * steps[0]));
      const values = parts.flatMap(part => [...part.values]);
      return isInteger(x!) ? integers(values, dims) : { dims, values: Float32Array.from(values) };
    },
  },
  Slice: {
    dims: folding => sliceOf(folding).dims,
    make(folding, dims) {
      const [x] = folding.inputs;
      return gather(x!, dims, stridesOf(x!.dims), sliceOf(folding).offset);
    },
  },
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b, whole) => (whole ? Math.trunc(a / b) : a / b)),
  Pow: binary((a, b) => a ** b),
  Mod: binary((a, b) => a - b * Math.floor(a / b)),
  Min: binary((a, b) => Math.min(a, b)),
  Max: binary((a, b) => Math.max(a, b)),
  Equal: binary((a, b) => Number(a === b)),
  Neg: unary(value => -value),
  Abs: unary(Math.abs),
  Sqrt: unary(Math.sqrt),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Reciprocal: unary(value => 1 / value),
  Expand: {
    dims: ({ node, inputs: [x, shape] }) =>
      broadcastDims(x!.dims, [...shape!.values]) ??
      refuse(`The node "${node.name}" (${node.op}) repeats a constant to an impossible shape.`),
    make: ({ inputs: [x] }, dims) => broadcast(x!, dims),
  },
  Where: {
    dims: ({ inputs: [condition, a, b] }) => broadcastDims(broadcastDims(condition!.dims, a!.dims) ?? [], b!.dims) ?? [],
    make({ inputs: [condition, a, b] }, dims) {
      const [c, p, q] = [condition!, a!, b!].map(each => broadcast(each, dims).values);
      const values = Array.from(c, (value, i) => (value !== 0 ? p[i] : q[i]));
      return isInteger(a!) ? integers(values, dims) : { dims, values: Float32Array.from(values) };
    },
  },
};

function orderOf({ attributes }: OnnxNode, { dims }: Constant): readonly number[] {
  return attributes.ints('perm') ?? inOrder(dims.length).reverse();
}

/** A Constant node's value. */
export function constantOf({ attributes, name }: OnnxNode): Constant {
  const tensor = attributes.tensor('value');
  if (tensor) return tensor;
  if (attributes.has('value_float')) return { dims: [], values: Float32Array.of(attributes.float('value_float', 0)) };
  if (attributes.has('value_int')) return integers([attributes.int('value_int', 0)], []);
  const whole = attributes.ints('value_ints');
  if (whole?.length) return integers(whole);
  const floats = attributes.floats('value_floats');
  if (floats?.length) return { dims: [floats.length], values: Float32Array.from(floats) };
  return refuse(`The node "${name}" (Constant) holds no number.`);
}

/** What a node makes of constants alone; undefined where that is not known here. @throws ModelPackageError `format` */
export function folded(node: OnnxNode, inputs: (Constant | undefined)[], budget: ConstantBudget): Constant | undefined {
  if (!Object.hasOwn(folds, node.op)) return undefined;
  const numbers = (index: number, attribute: string): number[] | undefined => {
    const input = inputs[index];
    return input ? [...input.values] : node.attributes.ints(attribute);
  };
  const folding = { node, inputs, numbers };
  const fold = folds[node.op];
  const dims = fold.dims(folding);
  if (!fold.shares) budget.take(node, dims, valuesIn(inputs));
  return fold.make(folding, dims);
}

/** Values of each constant once: one that is read twice is no more for that. */
export function valuesIn(constants: Iterable<Constant | undefined>): number {
  let count = 0;
  for (const values of new Set([...constants].map(constant => constant?.values))) count += values?.length ?? 0;
  return count;
}
