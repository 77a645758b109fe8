import * as tf from '@tensorflow/tfjs';

/** Attributes common to the convolution kernels of TensorFlow.js. */
export interface ConvAttributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat?: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Sizes of a convolution without dilation: input [N,H,W,C], filter [KH,KW,C,OC], output [N,OH,OW,OC]. */
export interface Geometry {
  batch: number;
  inHeight: number;
  inWidth: number;
  inChannels: number;
  outHeight: number;
  outWidth: number;
  outChannels: number;
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  padTop: number;
  padLeft: number;
}

/** The last geometry of attributes: networks that run directly keep those of a layer, and small ones need the time. */
const known = new WeakMap<ConvAttributes, { shape: number[]; geometry: Geometry }>();

/** @throws Error for NCHW, naming the kernel */
export function geometryOf(
  kernel: string,
  inputShape: number[],
  filterShape: number[],
  attributes: ConvAttributes,
): Geometry {
  const shape = [...inputShape, ...filterShape];
  const last = known.get(attributes);
  if (last?.shape.every((side, axis) => side === shape[axis])) return last.geometry;
  const geometry = computeGeometry(kernel, inputShape, filterShape, attributes);
  known.set(attributes, { shape, geometry });
  return geometry;
}

function computeGeometry(
  kernel: string,
  inputShape: number[],
  filterShape: number[],
  attributes: ConvAttributes,
): Geometry {
  const { strides, pad, dimRoundingMode } = attributes;
  const dataFormat = attributes.dataFormat ?? 'NHWC';
  if (dataFormat !== 'NHWC') {
    throw new Error(`${kernel} on the wasm backend supports data format NHWC only, not ${dataFormat}.`);
  }
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return { ...info, batch: info.batchSize, padTop: info.padInfo.top, padLeft: info.padInfo.left };
}

/**
 * The convolution of stride 1 that maps the output's grid back to the input's: with the filter of
 * {@link flipFilter} it is the gradient with respect to the input, and its own gradient is the convolution.
 */
export function transposed(g: Geometry): Geometry {
  if (g.strideHeight !== 1 || g.strideWidth !== 1) throw new RangeError('Only stride 1 can be transposed.');
  return {
    ...g,
    inHeight: g.outHeight,
    inWidth: g.outWidth,
    inChannels: g.outChannels,
    outHeight: g.inHeight,
    outWidth: g.inWidth,
    outChannels: g.inChannels,
    padTop: g.filterHeight - 1 - g.padTop,
    padLeft: g.filterWidth - 1 - g.padLeft,
  };
}

/** Turns a filter [KH,KW,C,OC] by 180 degrees and swaps its channels: [KH,KW,OC,C]. */
export function flipFilter(filter: Float32Array, g: Geometry): Float32Array {
  const { inChannels, outChannels } = g;
  const taps = g.filterHeight * g.filterWidth;
  const flipped = new Float32Array(filter.length);
  for (let tap = 0; tap < taps; tap++) {
    const from = (taps - 1 - tap) * inChannels * outChannels;
    const to = tap * inChannels * outChannels;
    for (let c = 0; c < inChannels; c++) {
      for (let oc = 0; oc < outChannels; oc++) {
        flipped[to + oc * inChannels + c] = filter[from + c * outChannels + oc];
      }
    }
  }
  return flipped;
}

export function filterSize(g: Geometry): number {
  return g.filterHeight * g.filterWidth * g.inChannels * g.outChannels;
}
