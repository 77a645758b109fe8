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

type Fold = (folding: Folding) => Constant;

const mostValues = 2 ** 24;

function reshaped({ values }: Constant, dims: readonly number[]): Constant {
  return { dims, values };
}

/** Integers stay whole: their quotient is rounded towards 0, as in ONNX. */
function binary(compute: (a: number, b: number, whole: boolean) => number): Fold {
  return ({ node, inputs: [a, b] }) => {
    const dims = broadcastDims(a!.dims, b!.dims);
    if (!dims) refuse(`The node "${node.name}" (${node.op}) joins constants of different shapes.`);
    const [p, q] = [broadcast(a!, dims), broadcast(b!, dims)];
    const whole = isInteger(a!);
    const made = Array.from(p.values, (value, i) => compute(value, q.values[i], whole));
    return whole ? integers(made, dims) : { dims, values: Float32Array.from(made) };
  };
}

function unary(compute: (value: number) => number): Fold {
  return ({ inputs: [x] }) => (isInteger(x!) ? integers(Array.from(x!.values, compute), x!.dims) : { dims: x!.dims, values: (x!.values as Float32Array).map(compute) });
}

const counted = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

const folds: Record<string, Fold> = {
  Identity: ({ inputs: [x] }) => x!,
  Cast({ node, inputs: [x] }) {
    const to = node.attributes.int('to', dataTypes.float);
    const isFloat = ([dataTypes.float, dataTypes.double, dataTypes.float16] as number[]).includes(to);
    if (isFloat) return { dims: x!.dims, values: Float32Array.from(x!.values) };
    const whole = (value: number): number => (to === dataTypes.bool ? Number(value !== 0) : Math.trunc(value));
    return integers(Array.from(x!.values, whole), x!.dims);
  },
  ConstantOfShape({ node, inputs: [x] }) {
    const dims = [...x!.values];
    const count = product(dims);
    if (!(count >= 0 && count <= mostValues)) refuse(`The node "${node.name}" (${node.op}) makes ${count} values, more than any export needs.`);
    const fill = node.attributes.tensor('value') ?? { dims: [1], values: new Float32Array(1) };
    return gather(fill, dims, dims.map(() => 0));
  },
  Shape: ({ inputs: [x] }) => integers(x!.dims),
  Reshape({ node, inputs: [x, shape] }) {
    const dims = Array.from(shape!.values, (size, axis) => (size === 0 ? x!.dims[axis] : size));
    const open = dims.indexOf(-1);
    if (open >= 0) dims[open] = product(x!.dims) / product(dims.filter(size => size !== -1));
    if (product(dims) !== product(x!.dims)) refuse(`The node "${node.name}" (${node.op}) gives a constant an impossible shape.`);
    return reshaped(x!, dims);
  },
  Squeeze({ inputs: [x], numbers }) {
    const axes = numbers(1, 'axes')?.map(axis => counted(axis, x!.dims.length));
    return reshaped(x!, x!.dims.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)));
  },
  Unsqueeze({ inputs: [x], numbers }) {
    const named = numbers(1, 'axes') ?? [];
    const rank = x!.dims.length + named.length;
    const axes = named.map(axis => counted(axis, rank));
    const left = [...x!.dims];
    return reshaped(x!, inOrder(rank).map(axis => (axes.includes(axis) ? 1 : left.shift()!)));
  },
  Transpose: ({ node, inputs: [x] }) => transposed(x!, node.attributes.ints('perm') ?? inOrder(x!.dims.length).reverse()),
  Concat({ node, inputs }) {
    const all = inputs.map(input => input!);
    const axis = counted(node.attributes.int('axis', 0), all[0].dims.length);
    if (axis !== 0 || all[0].dims.length !== 1) refuse(`The node "${node.name}" (${node.op}) joins constants that are no vectors.`);
    const values = all.flatMap(({ values: each }) => [...each]);
    return isInteger(all[0]) ? integers(values) : { dims: [values.length], values: Float32Array.from(values) };
  },
  Gather({ node, inputs: [x, places] }) {
    const axis = counted(node.attributes.int('axis', 0), x!.dims.length);
    if (axis !== 0) refuse(`The node "${node.name}" (${node.op}) takes a constant apart along axis ${axis}.`);
    const [steps, rest] = [stridesOf(x!.dims), x!.dims.slice(1)];
    const parts = Array.from(places!.values, place => gather(x!, rest, steps.slice(1), counted(place, x!.dims[0]) * steps[0]));
    const values = parts.flatMap(part => [...part.values]);
    const dims = [...places!.dims, ...rest];
    return isInteger(x!) ? integers(values, dims) : { dims, values: Float32Array.from(values) };
  },
  Slice({ node, inputs: [x], numbers }) {
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
    return gather(x!, dims, steps, offset);
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
  Expand({ node, inputs: [x, shape] }) {
    const dims = broadcastDims(x!.dims, [...shape!.values]);
    if (!dims || product(dims) > mostValues) refuse(`The node "${node.name}" (${node.op}) repeats a constant to an impossible shape.`);
    return broadcast(x!, dims);
  },
  Where({ inputs: [condition, a, b] }) {
    const dims = broadcastDims(broadcastDims(condition!.dims, a!.dims) ?? [], b!.dims) ?? [];
    const [c, p, q] = [condition!, a!, b!].map(each => broadcast(each, dims).values);
    const values = Array.from(c, (value, i) => (value !== 0 ? p[i] : q[i]));
    return isInteger(a!) ? integers(values, dims) : { dims, values: Float32Array.from(values) };
  },
};

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

/** What a node makes of constants alone; undefined where that is not known here. */
export function folded(node: OnnxNode, inputs: (Constant | undefined)[]): Constant | undefined {
  if (!Object.hasOwn(folds, node.op)) return undefined;
  const numbers = (index: number, attribute: string): number[] | undefined => {
    const input = inputs[index];
    return input ? [...input.values] : node.attributes.ints(attribute);
  };
  return folds[node.op]({ node, inputs, numbers });
}
