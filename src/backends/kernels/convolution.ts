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

interface ConvAttributes {
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
  const slots = info.strideHeight * Math.ceil(((rows - 1) * info.strideHeight + info.filterHeight) / info.strideHeight);
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
  if ([...rowPhases, ...columnPhases].some((phase) => phase.taps.length === 0)) {
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
  const taps = rowPhase.taps.flatMap((row) => columnPhase.taps.map((column) => ({ row, column })));
  if (taps.length === 0) return;
  const k = info.outChannels;
  const n = info.inChannels;
  const sizes = [
    taps.length * 8,
    taps.length * 4,
    Math.ceil(n / 8) * taps.length * k * 32,
    k * 4,
    MAX_TILES * (4 * PIXEL_BYTES + 16 * taps.length) + 128,
  ];
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

function convInfo(kernel: string, inputShape: number[], filterShape: number[], attributes: ConvAttributes): ConvInfo {
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
