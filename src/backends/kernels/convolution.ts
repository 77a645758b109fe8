import * as tf from '@tensorflow/tfjs';
import { asWasm, floatView, intView, kernelsOf, pointerOf, withScratch } from './module';
import type { KernelArguments, WasmBackend } from './module';

type Pair = [number, number];
type ConvInfo = tf.backend_util.Conv2DInfo;

/** Bounds of the module's pointer tables; must agree with `assembly/convolution.ts`. */
const MAX_TILES = 128;
const PIXEL_BYTES = 16;
/** Output pixels per block of the filter gradient: an output-gradient panel of them fills half the L1 cache. */
const FILTER_BLOCK_PIXELS = 448;

/** Up to this many input channels the forward convolution merges the taps of a filter row. */
const MAX_MERGED_CHANNELS = 4;

export interface ConvAttributes {
  strides: Pair | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Inputs {x [N,H,W,C], dy [N,OH,OW,OC]}, attribute filterShape; output [KH,KW,C,OC]. */
export function conv2DBackpropFilter({ inputs, attrs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const backend = asWasm(anyBackend);
  const { x, dy } = inputs;
  const { filterShape, ...rest } = attrs as ConvAttributes & { filterShape: number[] };
  const info = convInfo('Conv2DBackpropFilter', x.shape, filterShape, rest);
  const dw = backend.makeOutput(filterShape, 'float32');
  const rows = Math.max(1, Math.min(info.outHeight, Math.floor(FILTER_BLOCK_PIXELS / info.outWidth)));
  const slots =
    info.strideHeight * Math.ceil(((rows - 1) * info.strideHeight + info.filterHeight) / info.strideHeight);
  const quads = Math.ceil((info.filterWidth * info.inChannels) / 4);
  const sizes = [
    quads * slots * info.outWidth * 16,
    Math.ceil(info.outChannels / 8) * rows * info.outWidth * 32,
    128,
  ];
  withScratch(backend, sizes, ([packedX, packedDy, spill]) => {
    floatView(backend, pointerOf(backend, dw), tf.util.sizeFromShape(filterShape)).fill(0);
    kernelsOf(backend).filterGradient(
      pointerOf(backend, x),
      info.inHeight,
      info.inWidth,
      info.inChannels,
      pointerOf(backend, dy),
      info.outHeight,
      info.outWidth,
      info.outChannels,
      pointerOf(backend, dw),
      info.filterHeight,
      info.filterWidth,
      info.strideHeight,
      info.strideWidth,
      info.padInfo.top,
      info.padInfo.left,
      info.batchSize,
      rows,
      packedX,
      packedDy,
      spill,
    );
  });
  return dw;
}

/** Inputs {dy [N,OH,OW,OC], filter [KH,KW,C,OC]}, attribute inputShape; output inputShape [N,H,W,C]. */
export function conv2DBackpropInput({ inputs, attrs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const backend = asWasm(anyBackend);
  const { dy, filter } = inputs;
  const { inputShape, ...rest } = attrs as ConvAttributes & { inputShape: number[] };
  const info = convInfo('Conv2DBackpropInput', inputShape, filter.shape, rest);
  const dx = backend.makeOutput(inputShape, 'float32');
  const rowPhases = phases(info.strideHeight, info.filterHeight, info.padInfo.top, info.inHeight);
  const columnPhases = phases(info.strideWidth, info.filterWidth, info.padInfo.left, info.inWidth);
  // A stride beyond the filter size leaves input positions that no tap reaches.
  if ([...rowPhases, ...columnPhases].some(phase => phase.taps.length === 0)) {
    floatView(backend, pointerOf(backend, dx), tf.util.sizeFromShape(inputShape)).fill(0);
  }
  for (const rowPhase of rowPhases) {
    for (const columnPhase of columnPhases) {
      inputGradientPhase(backend, info, dy, filter, dx, rowPhase, columnPhase);
    }
  }
  return dx;
}

/** Input positions offset, offset + stride, … and the filter taps that reach them, each with its shift in dy. */
interface Phase {
  offset: number;
  count: number;
  taps: { tap: number; shift: number }[];
}

function phases(stride: number, filterSize: number, pad: number, inputSize: number): Phase[] {
  const all: Phase[] = [];
  for (let offset = 0; offset < Math.min(stride, inputSize); offset++) {
    const taps: Phase['taps'] = [];
    for (let tap = 0; tap < filterSize; tap++) {
      const shift = (offset + pad - tap) / stride;
      if (Number.isInteger(shift)) taps.push({ tap, shift });
    }
    all.push({ offset, count: Math.ceil((inputSize - offset) / stride), taps });
  }
  return all;
}

function inputGradientPhase(
  backend: WasmBackend,
  info: ConvInfo,
  dy: tf.TensorInfo,
  filter: tf.TensorInfo,
  dx: tf.TensorInfo,
  rowPhase: Phase,
  columnPhase: Phase,
): void {
  const taps = rowPhase.taps.flatMap(row => columnPhase.taps.map(column => ({ row, column })));
  if (taps.length === 0) return;
  const k = info.outChannels;
  const n = info.inChannels;
  const sizes = gridScratch(taps.length, k, n);
  withScratch(backend, sizes, ([shifts, offsets, packed, zeros, scratch]) => {
    const shiftTable = intView(backend, shifts, taps.length * 2);
    const offsetTable = intView(backend, offsets, taps.length);
    taps.forEach(({ row, column }, i) => {
      shiftTable[2 * i] = row.shift;
      shiftTable[2 * i + 1] = column.shift;
      offsetTable[i] = (row.tap * info.filterWidth + column.tap) * n * k * 4;
    });
    floatView(backend, zeros, k).fill(0);
    const kernels = kernelsOf(backend);
    kernels.packTaps(pointerOf(backend, filter), packed, offsets, taps.length, k, n, 4, k * 4);
    kernels.convolveGrid(
      pointerOf(backend, dy),
      info.outHeight,
      info.outWidth,
      k * 4,
      k,
      pointerOf(backend, dx),
      info.inHeight,
      info.inWidth,
      n,
      info.batchSize,
      rowPhase.count,
      columnPhase.count,
      1,
      1,
      info.strideHeight,
      info.strideWidth,
      rowPhase.offset,
      columnPhase.offset,
      shifts,
      taps.length,
      packed,
      zeros,
      scratch,
    );
  });
}

/** A convolution that the kernels can take over: its geometry, and what follows it. */
export interface ForwardConvolution {
  info: ConvInfo;
  x: tf.TensorInfo;
  filter: tf.TensorInfo;
  /** [OC] */
  bias?: tf.TensorInfo;
  relu: boolean;
}

/**
 * Convolution followed by an optional bias and ReLU; output [N,OH,OW,OC]. Packs the weights at every call, so it pays
 * where the weights are new (training) or the output has many pixels.
 */
export function conv2D(
  backend: WasmBackend,
  { info, x, filter, bias, relu }: ForwardConvolution,
): tf.TensorInfo {
  const y = backend.makeOutput(info.outShape, 'float32');
  if (info.inChannels <= MAX_MERGED_CHANNELS && info.filterWidth > 1)
    mergedRowsConvolution(backend, info, x, filter, y);
  else tapConvolution(backend, info, x, filter, y);
  if (bias || relu) addBias(backend, info, y, bias, relu);
  return y;
}

/** One tap for every filter position. */
function tapConvolution(
  backend: WasmBackend,
  info: ConvInfo,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  y: tf.TensorInfo,
): void {
  const taps = Array.from({ length: info.filterHeight * info.filterWidth }, (_, i) => ({
    dy: Math.floor(i / info.filterWidth) - info.padInfo.top,
    dx: (i % info.filterWidth) - info.padInfo.left,
  }));
  const source = { pointer: pointerOf(backend, x), width: info.inWidth, k: info.inChannels };
  forwardGrid(backend, info, source, taps, filter, y);
}

/**
 * With few channels a tap would be a single multiplication. So the rows are copied with their padding, and one tap
 * covers all filter columns: in NHWC their inputs are adjacent.
 */
function mergedRowsConvolution(
  backend: WasmBackend,
  info: ConvInfo,
  x: tf.TensorInfo,
  filter: tf.TensorInfo,
  y: tf.TensorInfo,
): void {
  const width = (info.outWidth - 1) * info.strideWidth + info.filterWidth;
  const rows = info.batchSize * info.inHeight;
  const pixelBytes = info.inChannels * 4;
  const used = Math.min(info.inWidth, width - info.padInfo.left);
  withScratch(backend, [rows * width * pixelBytes], ([padded]) => {
    floatView(backend, padded, rows * width * info.inChannels).fill(0);
    kernelsOf(backend).copyBlocks(
      pointerOf(backend, x),
      info.inWidth * pixelBytes,
      padded + info.padInfo.left * pixelBytes,
      width * pixelBytes,
      used * pixelBytes,
      rows,
    );
    const taps = Array.from({ length: info.filterHeight }, (_, i) => ({ dy: i - info.padInfo.top, dx: 0 }));
    const source = { pointer: padded, width, k: info.filterWidth * info.inChannels };
    forwardGrid(backend, info, source, taps, filter, y);
  });
}

function forwardGrid(
  backend: WasmBackend,
  info: ConvInfo,
  source: { pointer: number; width: number; k: number },
  taps: { dy: number; dx: number }[],
  filter: tf.TensorInfo,
  y: tf.TensorInfo,
): void {
  const { k } = source;
  const n = info.outChannels;
  const sizes = gridScratch(taps.length, k, n);
  withScratch(backend, sizes, ([shifts, offsets, packed, zeros, scratch]) => {
    intView(backend, shifts, taps.length * 2).set(taps.flatMap(({ dy, dx }) => [dy, dx]));
    intView(backend, offsets, taps.length).set(taps.map((_, i) => i * k * n * 4));
    floatView(backend, zeros, k).fill(0);
    const kernels = kernelsOf(backend);
    kernels.packTaps(pointerOf(backend, filter), packed, offsets, taps.length, k, n, n * 4, 4);
    kernels.convolveGrid(
      source.pointer,
      info.inHeight,
      source.width,
      info.inChannels * 4,
      k,
      pointerOf(backend, y),
      info.outHeight,
      info.outWidth,
      n,
      info.batchSize,
      info.outHeight,
      info.outWidth,
      info.strideHeight,
      info.strideWidth,
      1,
      1,
      0,
      0,
      shifts,
      taps.length,
      packed,
      zeros,
      scratch,
    );
  });
}

function addBias(
  backend: WasmBackend,
  info: ConvInfo,
  y: tf.TensorInfo,
  bias: tf.TensorInfo | undefined,
  relu: boolean,
): void {
  const channels = info.outChannels;
  withScratch(backend, [channels * 4, channels * 4], ([ones, zeros]) => {
    floatView(backend, ones, channels).fill(1);
    floatView(backend, zeros, channels).fill(0);
    const shift = bias ? pointerOf(backend, bias) : zeros;
    const values = pointerOf(backend, y);
    const pixels = info.batchSize * info.outHeight * info.outWidth;
    kernelsOf(backend).batchNormForward(values, values, pixels, channels, ones, shift, relu ? 1 : 0);
  });
}

/** Buffers of one convolveGrid call: tap shifts, tap offsets, packed weights, zeros, pointer tables. */
function gridScratch(taps: number, k: number, n: number): number[] {
  return [
    taps * 8,
    taps * 4,
    Math.ceil(n / 8) * taps * k * 32,
    k * 4,
    MAX_TILES * (4 * PIXEL_BYTES + 16 * taps) + 128,
  ];
}

/** @throws Error for NCHW */
export function convInfo(
  kernel: string,
  inputShape: number[],
  filterShape: number[],
  attributes: ConvAttributes,
): ConvInfo {
  const { strides, pad, dataFormat, dimRoundingMode } = attributes;
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  );
  if (info.dataFormat !== 'channelsLast') {
    throw new Error(`${kernel} on the wasm backend supports data format NHWC only, not ${dataFormat}.`);
  }
  return info;
}
