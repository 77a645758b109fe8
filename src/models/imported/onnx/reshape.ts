import { refuse } from './read';
import { channelsLast, dimsOf, inOrder, type Network, type Value } from './network';
import { product } from './constant';

/** Axes of the graph that become other axes, sizes of 1 left out. */
interface Group {
  from: number[];
  to: number[];
}

/**
 * Reshapes a value as the graph counts its axes. Axes that lie in another order are moved only where the graph joins them;
 * of a flattening to [images, features] that is put off, since the layer that reads it can mostly take another order.
 *
 * @param dims of the result, for one image
 * @throws ModelPackageError `format` where it mixes images
 */
export function reshapeValue(network: Network, given: Value, dims: readonly number[], what: string): Value {
  const before = dimsOf(given);
  if (before.length === dims.length && before.every((size, axis) => size === dims[axis])) return given;
  if (dims[0] !== 1) refuse(`${what} makes [${dims.join(', ')}] of one image, whose first axis is not the image’s.`);
  const value = network.inGraphOrder(given);
  const groups = groupsOf(before, dims);
  const places = value.shape.map((_, place) => value.axes.indexOf(place));
  const isApart = ({ from }: Group): boolean => {
    const at = from.map(axis => value.axes[axis]);
    const between = (low: number, high: number): boolean =>
      value.shape.slice(low + 1, high).every(size => size === 1);
    return at.some((place, i) => i > 0 && (place < at[i - 1] || !between(at[i - 1], place)));
  };
  const apart = groups.some(isApart);
  if (apart && dims.length === 2 && groups.length === 1) {
    return { ...network.reshape(value, dims), axes: [0, 1], flattenedFrom: value };
  }
  /** Groups in the order in which they lie. */
  const inPlace = [
    ...new Set(places.map(axis => groups.find(({ from }) => from.includes(axis))).filter(group => group !== undefined)),
  ];
  const source = apart ? network.arrange(value, gathered(value, inPlace)) : value;
  const order = inPlace.flatMap(({ to }) => to);
  const axes = axesOf(order, dims);
  const shape = Array.from<number>({ length: dims.length });
  axes.forEach((at, axis) => (shape[at] = dims[axis]));
  return { ...network.reshape(source, shape), axes };
}

/** Pairs the axes of two shapes of the same product. */
function groupsOf(before: readonly number[], after: readonly number[]): Group[] {
  const [from, to] = [before, after].map(dims => inOrder(dims.length).filter(axis => axis > 0 && dims[axis] > 1));
  const groups: Group[] = [];
  let [i, j] = [0, 0];
  while (i < from.length) {
    const group: Group = { from: [from[i++]], to: [to[j++]] };
    let [left, right] = [before[group.from[0]], after[group.to[0]]];
    while (left !== right) {
      if (left < right) {
        left *= before[from[i]];
        group.from.push(from[i++]);
      } else {
        right *= after[to[j]];
        group.to.push(to[j++]);
      }
    }
    groups.push(group);
  }
  return groups;
}

/** Where each axis must lie so that those of a group are together, in the graph's order. */
function gathered({ axes, shape }: Value, groups: readonly Group[]): number[] {
  const order = [0, ...groups.flatMap(({ from }) => from)];
  const ones = inOrder(axes.length).filter(axis => axis > 0 && shape[axes[axis]] === 1);
  const wanted = Array.from<number>({ length: axes.length });
  [...order, ...ones].forEach((axis, place) => (wanted[axis] = place));
  return wanted;
}

/**
 * Where the axes of a result lie whose axes larger than 1 come in an order: as images have them where that order allows it,
 * else as the graph counts them, else with the rest last.
 */
function axesOf(order: readonly number[], dims: readonly number[]): number[] {
  const fits = (axes: readonly number[]): boolean =>
    order.every((axis, i) => i === 0 || axes[axis] > axes[order[i - 1]]);
  const usual = inOrder(dims.length);
  const wanted = dims.length === 4 ? [[...channelsLast], usual] : [usual];
  const found = wanted.find(fits);
  if (found) return found;
  const axes = Array.from<number>({ length: dims.length });
  [0, ...order, ...usual.filter(axis => axis > 0 && dims[axis] === 1)].forEach((axis, place) => (axes[axis] = place));
  return axes;
}

/** Resolves the 0 and −1 of a Reshape. @throws ModelPackageError `format` where the sizes do not fit */
export function resolvedDims(
  wanted: readonly number[],
  before: readonly number[],
  zeroIsZero: boolean,
  what: string,
): number[] {
  const dims = wanted.map((size, axis) => (size === 0 && !zeroIsZero ? before[axis] : size));
  const open = dims.indexOf(-1);
  const known = product(dims.filter(size => size !== -1));
  if (open >= 0) dims[open] = product(before) / known;
  const fits = product(dims) === product(before) && dims.every(size => Number.isInteger(size) && size > 0);
  if (!fits) {
    refuse(
      `${what} makes [${wanted.join(', ')}] of [${before.join(', ')}], which is not possible for one image. Export the model for ` +
        'one image, or with an open number of images (dynamic_axes).',
    );
  }
  return dims;
}
