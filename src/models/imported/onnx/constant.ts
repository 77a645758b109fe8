/** Tensors that are known when a graph is read: weights, and the shapes that exports compute with. */

export interface Constant {
  dims: readonly number[];
  /** Row-major. Whole numbers in double precision, which holds those of shapes exactly. */
  values: Float32Array | Float64Array;
}

export function isInteger({ values }: Constant): boolean {
  return values instanceof Float64Array;
}

export function product(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}

/** A vector of whole numbers. */
export function integers(values: readonly number[], dims: readonly number[] = [values.length]): Constant {
  return { dims, values: Float64Array.from(values) };
}

/** Places in row-major order of a tensor, as steps of each axis. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = Array.from({ length: dims.length }, () => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * dims[axis + 1];
  return strides;
}

/**
 * Values of `dims` places, of which place p takes the source's value at `offset` + Σ p[axis] · steps[axis].
 *
 * @param steps 0 repeats along an axis
 */
export function gather({ values }: Constant, dims: readonly number[], steps: readonly number[], offset = 0): Constant {
  const made = values instanceof Float64Array ? new Float64Array(product(dims)) : new Float32Array(product(dims));
  const place = Array.from({ length: dims.length }, () => 0);
  let from = offset;
  for (let to = 0; to < made.length; to++) {
    made[to] = values[from];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      place[axis]++;
      from += steps[axis];
      if (place[axis] < dims[axis]) break;
      from -= steps[axis] * dims[axis];
      place[axis] = 0;
    }
  }
  return { dims, values: made };
}

/** Axes in another order: axis i of the result is axis `order[i]`. */
export function transposed(constant: Constant, order: readonly number[]): Constant {
  const strides = stridesOf(constant.dims);
  return gather(
    constant,
    order.map(axis => constant.dims[axis]),
    order.map(axis => strides[axis]),
  );
}

/** @param dims shape that it is repeated to, aligned at the last axis */
export function broadcast(constant: Constant, dims: readonly number[]): Constant {
  const own = stridesOf(constant.dims);
  const ahead = dims.length - constant.dims.length;
  const steps = dims.map((_, axis) => (axis < ahead || constant.dims[axis - ahead] === 1 ? 0 : own[axis - ahead]));
  return gather(constant, dims, steps);
}

/** Shape of two tensors together, aligned at the last axis; undefined where they do not fit. */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const at = (dims: readonly number[], axis: number): number => dims[axis - rank + dims.length] ?? 1;
  const dims: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const [p, q] = [at(a, axis), at(b, axis)];
    if (p !== q && p !== 1 && q !== 1) return undefined;
    dims.push(p === 1 ? q : p);
  }
  return dims;
}
