import { product, stridesOf, transposed, type Constant } from '../constant';
import { channelsLast, type Value } from '../network';
import { asValue, type Call, type Operator } from './call';

/** Rows above and below, columns left and right. */
export type Pads = [top: number, bottom: number, left: number, right: number];

/** Pads of a convolution or pooling. @param sizes rows and columns of the image. @param window with its dilation */
export function padsOf(call: Call, sizes: Pair, window: Pair, strides: Pair): Pads {
  const automatic = call.attributes.text('auto_pad', 'NOTSET');
  if (automatic === 'VALID') return [0, 0, 0, 0];
  if (automatic === 'NOTSET') {
    const [top, left, bottom, right] = call.attributes.ints('pads') ?? [0, 0, 0, 0];
    if ([top, left, bottom, right].some(pad => pad < 0)) call.refuse('has negative pads');
    return [top, bottom, left, right];
  }
  const [rows, columns] = sizes.map((size, k) => {
    const answers = Math.ceil(size / strides[k]);
    const total = Math.max(0, (answers - 1) * strides[k] + window[k] - size);
    const less = Math.floor(total / 2);
    return automatic === 'SAME_LOWER' ? [total - less, less] : [less, total - less];
  });
  return [rows[0], rows[1], columns[0], columns[1]];
}

export type Pair = [rows: number, columns: number];

/** Two whole numbers of an attribute. */
export function pair(call: Call, name: string, fallback: Pair): Pair {
  const found = call.attributes.ints(name) ?? fallback;
  if (found.length !== 2 || !found.every(value => value >= 1)) call.refuse(`has ${name} [${found.join(', ')}]; two numbers are needed`);
  return [found[0], found[1]];
}

/** An image value with its channels last. */
export function imageOf(call: Call, index = 0): Value {
  const value = call.value(index);
  if (value.shape.length !== 4) call.refuse(`reads ${value.shape.length} axes; images of four are needed`);
  return call.network.arrange(value, channelsLast);
}

/** Whether pads are those of 'same' in TensorFlow. */
export function isSame(pads: Pads, sizes: Pair, window: Pair, strides: Pair): boolean {
  return [0, 1].every(k => {
    const answers = Math.ceil(sizes[k] / strides[k]);
    const total = Math.max(0, (answers - 1) * strides[k] + window[k] - sizes[k]);
    return pads[2 * k] === Math.floor(total / 2) && pads[2 * k + 1] === total - Math.floor(total / 2);
  });
}

/** Puts zeros around an image. */
export function withZeros(call: Call, image: Value, [top, bottom, left, right]: Pads): Value {
  if (top + bottom + left + right === 0) return image;
  const [, rows, columns, channels] = image.shape;
  const shape = [1, rows + top + bottom, columns + left + right, channels];
  const padding = [
    [top, bottom],
    [left, right],
  ];
  return call.network.add('ZeroPadding2D', `${call.name}_pad`, [image], { padding, data_format: 'channels_last' }, { shape });
}

/** Places of a window along an axis. */
export function answers(size: number, before: number, after: number, window: number, stride: number): number {
  return Math.floor((size + before + after - window) / stride) + 1;
}

/** Conv of images: plain, depthwise, or in groups. A dilated filter is stored with the zeros between its taps. */
export const conv: Operator = call => {
  const image = imageOf(call);
  const [, rows, columns, channels] = image.shape;
  const given = call.constant(1);
  if (given.dims.length !== 4) call.refuse(`has a filter of ${given.dims.length} axes; four are needed`);
  const filter = dilated(given, pair(call, 'dilations', [1, 1]));
  const [filters, inGroup, height, width] = filter.dims;
  const groups = call.attributes.int('group', 1);
  if (inGroup * groups !== channels || filters % groups !== 0)
    call.refuse(`has filters [${given.dims.join(', ')}] in ${groups} groups for ${channels} channels`);
  const strides = pair(call, 'strides', [1, 1]);
  const pads = padsOf(call, [rows, columns], [height, width], strides);
  const out = [
    answers(rows, pads[0], pads[1], height, strides[0]),
    answers(columns, pads[2], pads[3], width, strides[1]),
  ];
  if (out.some(size => size < 1)) call.refuse(`has a filter larger than its image of ${rows} × ${columns}`);
  const shape = [1, ...out, filters];
  const bias = call.constantOr(2) ?? { dims: [filters], values: new Float32Array(filters) };
  // [filters, channels, rows, columns] → [rows, columns, channels, filters]
  const kernel = transposed(filter, [2, 3, 1, 0]);
  const isDepthwise = inGroup === 1 && groups > 1;
  if (groups > 1 && !isDepthwise) {
    const padded = withZeros(call, image, pads);
    const settings = { groups, strides };
    return asValue(call.network.operate('groupedConvolution', call.name, [padded], settings, { shape }, [kernel, bias]));
  }
  const same = isSame(pads, [rows, columns], [height, width], strides);
  const source = same ? image : withZeros(call, image, pads);
  const config = {
    kernel_size: [height, width],
    strides,
    padding: same ? 'same' : 'valid',
    data_format: 'channels_last',
    dilation_rate: [1, 1],
    activation: 'linear',
    use_bias: true,
    // What is drawn at random only to be overwritten takes longer than all the rest.
    [isDepthwise ? 'depthwise_initializer' : 'kernel_initializer']: { class_name: 'Zeros', config: {} },
  };
  if (!isDepthwise) {
    const weights = { kernel, bias };
    return asValue(call.network.add('Conv2D', call.name, [source], { ...config, filters }, { shape }, weights));
  }
  const multiplier = filters / groups;
  // Filter f of [filters, 1, rows, columns] is the (f mod multiplier)-th of channel f / multiplier.
  const depthwise = { dims: [height, width, channels, multiplier], values: kernel.values };
  const weights = { depthwise_kernel: depthwise, bias };
  return asValue(
    call.network.add('DepthwiseConv2D', call.name, [source], { ...config, depth_multiplier: multiplier }, { shape }, weights),
  );
};

/** A filter with zeros between its taps, which computes what the dilated one does. TensorFlow.js differentiates no dilation. */
function dilated(filter: Constant, [down, across]: Pair): Constant {
  if (down === 1 && across === 1) return filter;
  const [filters, channels, rows, columns] = filter.dims;
  const dims = [filters, channels, (rows - 1) * down + 1, (columns - 1) * across + 1];
  const values = new Float32Array(product(dims));
  const strides = stridesOf(dims);
  let from = 0;
  for (let plane = 0; plane < filters * channels; plane++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) values[plane * strides[1] + y * down * strides[2] + x * across] = filter.values[from++];
    }
  }
  return { dims, values };
}

/** A batch norm that no convolution took up (simplify.ts). */
export const batchNormalization: Operator = call => {
  if (call.attributes.int('training_mode', 0) !== 0) call.refuse('computes as in training');
  const given = call.value(0);
  const value = given.shape.length === 4 ? imageOf(call) : given;
  if (value.shape.length !== 2 && value.shape.length !== 4) call.refuse(`reads ${value.shape.length} axes`);
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map(index => call.constant(index));
  const config = { axis: -1, epsilon: call.attributes.float('epsilon', 1e-5), center: true, scale: true };
  const weights = { gamma, beta, moving_mean: mean, moving_variance: variance };
  const plain = call.network.inGraphOrder(value);
  return asValue(call.network.add('BatchNormalization', call.name, [plain], config, plain, weights));
};
