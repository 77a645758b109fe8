import * as tf from '@tensorflow/tfjs';
import type { HeapBackend } from './heap-values';

/** What TensorFlow.js passes to the kernels below. */
interface KernelArguments {
  inputs: Record<string, tf.TensorInfo>;
  attrs: unknown;
  backend: unknown;
}

interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

interface DepthwiseAttributes {
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  inputShape: [number, number, number, number];
}

let registered = false;

/**
 * Gives the wasm backend two gradients that classifiers made elsewhere need: the stock one of max pooling loses what
 * belongs to windows of negative values, and there is none of depthwise convolutions. Plain JavaScript on the backend's
 * memory, so that it serves the viewer as well. Safe to call again.
 */
export function registerWasmGradients(): void {
  if (registered) return;
  registered = true;
  if (tf.getKernel('MaxPoolGrad', 'wasm')) tf.unregisterKernel('MaxPoolGrad', 'wasm');
  register('MaxPoolGrad', maxPoolGradient);
  if (!tf.getKernel('DepthwiseConv2dNativeBackpropInput', 'wasm')) {
    register('DepthwiseConv2dNativeBackpropInput', depthwiseInputGradient);
  }
}

function register(kernelName: string, kernelFunc: (args: KernelArguments) => tf.TensorInfo): void {
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernelFunc as unknown as tf.KernelFunc });
}

/** Inputs {dy, input, output}; the gradient of each window goes to its first maximum, as on the cpu backend. */
function maxPoolGradient({ inputs, attrs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const backend = anyBackend as HeapBackend;
  const { filterSize, strides, pad, dimRoundingMode } = attrs as PoolAttributes;
  const shape = inputs.input.shape as [number, number, number, number];
  const g = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const result = backend.makeOutput(shape, 'float32');
  const [x, dy, dx] = [inputs.input, inputs.dy, result].map(tensor => backend.typedArrayFromHeap(tensor));
  dx.fill(0);
  const { inHeight, inWidth, inChannels: channels } = g;
  let from = 0;
  for (let n = 0; n < g.batchSize; n++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      const top = oy * g.strideHeight - g.padInfo.top;
      const [firstRow, endRow] = [Math.max(0, top), Math.min(inHeight, top + g.filterHeight)];
      for (let ox = 0; ox < g.outWidth; ox++) {
        const left = ox * g.strideWidth - g.padInfo.left;
        const [firstColumn, endColumn] = [Math.max(0, left), Math.min(inWidth, left + g.filterWidth)];
        for (let c = 0; c < channels; c++) {
          let best = -1;
          for (let y = firstRow; y < endRow; y++) {
            for (let column = firstColumn; column < endColumn; column++) {
              const at = ((n * inHeight + y) * inWidth + column) * channels + c;
              if (best < 0 || x[at] > x[best]) best = at;
            }
          }
          dx[best] += dy[from++];
        }
      }
    }
  }
  return result;
}

/** Inputs {dy, filter [KH, KW, C, M]}, attribute inputShape. */
function depthwiseInputGradient({ inputs, attrs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const backend = anyBackend as HeapBackend;
  const { strides, pad, dilations = 1, dimRoundingMode, inputShape } = attrs as DepthwiseAttributes;
  const filterShape = inputs.filter.shape as [number, number, number, number];
  const g = tf.backend_util.computeConv2DInfo(
    inputShape,
    filterShape,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    true,
  );
  const result = backend.makeOutput(inputShape, 'float32');
  const [filter, dy, dx] = [inputs.filter, inputs.dy, result].map(tensor =>
    backend.typedArrayFromHeap(tensor),
  );
  dx.fill(0);
  const [, , channels, multiplier] = filterShape;
  const outputs = channels * multiplier;
  for (let n = 0; n < g.batchSize; n++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++) {
        const from = ((n * g.outHeight + oy) * g.outWidth + ox) * outputs;
        for (let ky = 0; ky < g.filterHeight; ky++) {
          const y = oy * g.strideHeight - g.padInfo.top + ky * g.dilationHeight;
          if (y < 0 || y >= g.inHeight) continue;
          for (let kx = 0; kx < g.filterWidth; kx++) {
            const x = ox * g.strideWidth - g.padInfo.left + kx * g.dilationWidth;
            if (x < 0 || x >= g.inWidth) continue;
            const to = ((n * g.inHeight + y) * g.inWidth + x) * channels;
            const tap = (ky * g.filterWidth + kx) * outputs;
            for (let o = 0; o < outputs; o++)
              dx[to + Math.floor(o / multiplier)] += filter[tap + o] * dy[from + o];
          }
        }
      }
    }
  }
  return result;
}
