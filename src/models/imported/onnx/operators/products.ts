import { gather, product, transposed, type Constant } from '../constant';
import { dimsOf, inOrder, type Value } from '../network';
import { asValue, type Call, type Operator } from './call';

/** x · matrix + bias of features [images, n]; of what was flattened, the matrix takes the order in which it lies. */
function dense(call: Call, value: Value, matrix: Constant, bias: Constant): Value {
  const [rows, columns] = matrix.dims;
  if (value.shape[1] !== rows) call.refuse(`multiplies ${value.shape[1]} features with a matrix of ${rows} rows`);
  const config = {
    units: columns,
    activation: 'linear',
    use_bias: true,
    kernel_initializer: { class_name: 'Zeros', config: {} },
  };
  const kernel = value.flattenedFrom ? asItLies(matrix, value.flattenedFrom) : matrix;
  return call.network.add('Dense', call.name, [value], config, { shape: [1, columns], axes: [0, 1] }, { kernel, bias });
}

/** Rows in the order in which the features lie. */
function asItLies(matrix: Constant, from: Value): Constant {
  const dims = dimsOf(from);
  const columns = matrix.dims[1];
  const apart: Constant = { dims: [...dims, columns], values: matrix.values };
  const order = inOrder(dims.length).map(place => from.axes.indexOf(place));
  return { dims: matrix.dims, values: transposed(apart, [...order, dims.length]).values };
}

function scaled(constant: Constant, factor: number): Constant {
  if (factor === 1) return constant;
  return { dims: constant.dims, values: Float32Array.from(constant.values, value => value * factor) };
}

function biasOf(call: Call, given: Constant | undefined, columns: number): Constant {
  if (!given) return { dims: [columns], values: new Float32Array(columns) };
  if (product(given.dims) === columns) return { dims: [columns], values: given.values };
  if (product(given.dims) === 1) return gather(given, [columns], [0]);
  return call.refuse(`adds [${given.dims.join(', ')}] to ${columns} values`);
}

export const gemm: Operator = call => {
  const value = call.value(0);
  if (value.shape.length !== 2 || call.attributes.int('transA', 0) !== 0) call.refuse('reads something else than [images, features]');
  const given = call.constant(1);
  if (given.dims.length !== 2) call.refuse('multiplies with something else than a matrix');
  const matrix = call.attributes.int('transB', 0) !== 0 ? transposed(given, [1, 0]) : given;
  const bias = biasOf(call, call.constantOr(2), matrix.dims[1]);
  const { attributes } = call;
  return asValue(
    dense(call, value, scaled(matrix, attributes.float('alpha', 1)), scaled(bias, attributes.float('beta', 1))),
  );
};

/** By a matrix, along the last axis. The third input is a bias that simplify.ts found. */
export const matMul: Operator = call => {
  const matrix = call.constant(1);
  if (matrix.dims.length !== 2) call.refuse('multiplies with something else than a matrix');
  const [rows, columns] = matrix.dims;
  const bias = biasOf(call, call.constantOr(2), columns);
  const given = call.value(0);
  if (given.shape.length === 2) return asValue(dense(call, given, matrix, bias));
  const plain = call.network.inGraphOrder(given);
  const rank = plain.axes.length;
  const isLast = plain.axes[rank - 1] === rank - 1;
  const value = isLast ? plain : call.network.arrange(plain, inOrder(rank));
  if (value.shape[rank - 1] !== rows) call.refuse(`multiplies ${value.shape[rank - 1]} values with a matrix of ${rows} rows`);
  const shape = [...value.shape.slice(0, -1), columns];
  if (rank !== 4) {
    return asValue(call.network.operate('dense', call.name, [value], {}, { shape, axes: value.axes }, [matrix, bias]));
  }
  const config = {
    filters: columns,
    kernel_size: [1, 1],
    strides: [1, 1],
    padding: 'valid',
    data_format: 'channels_last',
    dilation_rate: [1, 1],
    activation: 'linear',
    use_bias: true,
    kernel_initializer: { class_name: 'Zeros', config: {} },
  };
  const kernel = { dims: [1, 1, rows, columns], values: matrix.values };
  return asValue(call.network.add('Conv2D', call.name, [value], config, { shape, axes: value.axes }, { kernel, bias }));
};
