import { channelsLast, type Value } from '../network';
import { asValue, type Call, type Operator } from './call';
import { answers, imageOf, isSame, padsOf, pair, withZeros, type Pads, type Pair } from './convolution';

interface Window {
  image: Value;
  window: Pair;
  strides: Pair;
  pads: Pads;
  /** More rows below and columns right that the last windows reach into (ceil_mode). */
  more: Pair;
  shape: number[];
}

function windowOf(call: Call): Window {
  const image = imageOf(call);
  const [, rows, columns, channels] = image.shape;
  if (!call.attributes.has('kernel_shape')) call.refuse('does not say how large its window is');
  const window = pair(call, 'kernel_shape', [1, 1]);
  const strides = pair(call, 'strides', [1, 1]);
  if (!pair(call, 'dilations', [1, 1]).every(dilation => dilation === 1)) call.refuse('has a dilated window');
  const pads = padsOf(call, [rows, columns], window, strides);
  const ceil = call.attributes.int('ceil_mode', 0) !== 0;
  const along = (size: number, before: number, after: number, k: 0 | 1): { count: number; more: number } => {
    let count = answers(size, before, after + (ceil ? strides[k] - 1 : 0), window[k], strides[k]);
    // The last window must begin in the picture or before it.
    if (ceil && (count - 1) * strides[k] >= size + before) count--;
    return { count, more: Math.max(0, (count - 1) * strides[k] + window[k] - size - before - after) };
  };
  const down = along(rows, pads[0], pads[1], 0);
  const across = along(columns, pads[2], pads[3], 1);
  if (down.count < 1 || across.count < 1) call.refuse(`has a window larger than its image of ${rows} × ${columns}`);
  const shape = [1, down.count, across.count, channels];
  return { image, window, strides, pads, more: [down.more, across.more], shape };
}

/** The layer of tf.layers, where its padding is one that it has. */
function plainPool(call: Call, className: string, image: Value, padding: string, { window, strides, shape }: Window): Value {
  const config = { pool_size: window, strides, padding, data_format: 'channels_last' };
  return call.network.add(className, call.name, [image], config, { shape });
}

function reaching([top, bottom, left, right]: Pads, [down, across]: Pair): Pads {
  return [top, bottom + down, left, right + across];
}

export const maxPool: Operator = call => {
  if (call.node.outputs.filter(Boolean).length > 1) call.refuse('also answers where the largest values lie');
  const found = windowOf(call);
  const { image, window, strides, shape } = found;
  const pads = reaching(found.pads, found.more);
  const [, rows, columns] = image.shape;
  if (pads.every(pad => pad === 0)) return asValue(plainPool(call, 'MaxPooling2D', image, 'valid', found));
  if (isSame(pads, [rows, columns], window, strides)) return asValue(plainPool(call, 'MaxPooling2D', image, 'same', found));
  return asValue(call.network.operate('maxPool', call.name, [image], { window, strides, pads }, { shape }));
};

export const averagePool: Operator = call => {
  const found = windowOf(call);
  const { window, strides, more, shape } = found;
  const counted = call.attributes.int('count_include_pad', 0) !== 0;
  const image = counted ? withZeros(call, found.image, found.pads) : found.image;
  const pads = reaching(counted ? [0, 0, 0, 0] : found.pads, more);
  if (pads.every(pad => pad === 0)) return asValue(plainPool(call, 'AveragePooling2D', image, 'valid', found));
  return asValue(call.network.operate('averagePool', call.name, [image], { window, strides, pads }, { shape }));
};

/** Over all places; the answer keeps its four axes. */
const globalPool =
  (className: string): Operator =>
  call => {
    const image = imageOf(call);
    const channels = image.shape[3];
    const config = { data_format: 'channels_last' };
    const pooled = call.network.add(className, call.name, [image], config, { shape: [1, channels], axes: [0, 1] });
    return asValue({ ...call.network.reshape(pooled, [1, 1, 1, channels]), axes: channelsLast });
  };

export const globalAveragePool = globalPool('GlobalAveragePooling2D');
export const globalMaxPool = globalPool('GlobalMaxPooling2D');
