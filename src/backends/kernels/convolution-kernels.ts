import * as tf from '@tensorflow/tfjs';
import { convolve, filterGradient, inputGradient } from './convolution';
import { geometryOf } from './geometry';
import type { ConvAttributes, Geometry } from './geometry';
import { asWasm, pointerOf } from './module';
import type { KernelArguments, WasmBackend } from './module';
import { keepsFilters } from './packed-filters';

/** Inputs {x [N,H,W,C], dy [N,OH,OW,OC]}, attribute filterShape; output [KH,KW,C,OC]. */
export function conv2DBackpropFilter({ inputs, attrs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const backend = asWasm(anyBackend);
  const { x, dy } = inputs;
  const { filterShape, ...rest } = attrs as ConvAttributes & { filterShape: number[] };
  const g = geometryOf('Conv2DBackpropFilter', x.shape, filterShape, rest);
  const dw = backend.makeOutput(filterShape, 'float32');
  filterGradient(backend, g, pointerOf(backend, x), pointerOf(backend, dy), pointerOf(backend, dw));
  return dw;
}

/** Inputs {dy [N,OH,OW,OC], filter [KH,KW,C,OC]}, attribute inputShape; output inputShape [N,H,W,C]. */
export function conv2DBackpropInput({ inputs, attrs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const backend = asWasm(anyBackend);
  const { dy, filter } = inputs;
  const { inputShape, ...rest } = attrs as ConvAttributes & { inputShape: number[] };
  const g = geometryOf('Conv2DBackpropInput', inputShape, filter.shape, rest);
  const dx = backend.makeOutput(inputShape, 'float32');
  inputGradient(backend, g, pointerOf(backend, dy), pointerOf(backend, filter), pointerOf(backend, dx), {
    filterData: filter.dataId,
  });
  return dx;
}

type ForwardAttributes = ConvAttributes & { dilations?: number | [number, number]; activation?: string };

/** From this many output pixels on, packing the weights anew costs little against the product itself. */
const MIN_PIXELS = 256;

/**
 * Wraps a stock forward convolution kernel (Conv2D, FusedConv2D): the kernels here take what they are faster at,
 * the stock kernel (XNNPACK, which keeps packed weights) all the rest.
 */
export function withForwardKernel(
  kernelName: string,
  stock: tf.KernelFunc,
): (args: KernelArguments) => tf.TensorInfo {
  return args => {
    const attributes = args.attrs as ForwardAttributes;
    const { x, filter, bias } = args.inputs;
    const activation = attributes.activation ?? 'linear';
    const simple =
      (attributes.dataFormat ?? 'NHWC') === 'NHWC' &&
      [attributes.dilations ?? 1].flat().every(dilation => dilation === 1) &&
      (activation === 'linear' || activation === 'relu') &&
      (!bias || bias.shape.length === 1);
    if (simple) {
      const backend = asWasm(args.backend);
      const g = geometryOf(kernelName, x.shape, filter.shape, attributes);
      // XNNPACK refuses 'same' padding where the windows do not meet, and the stock kernel then returns zeros.
      const hasGaps = g.strideHeight > g.filterHeight || g.strideWidth > g.filterWidth;
      const enough = keepsFilters(backend) || g.batch * g.outHeight * g.outWidth >= MIN_PIXELS;
      if (hasGaps || enough) return forward(backend, g, args.inputs, activation === 'relu');
    }
    return stock(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
  };
}

const training = new WeakSet<WasmBackend>();

/**
 * From now on this backend's networks are trained: convolutions whose gradients are recorded may round as all others. In an
 * explanation one ReLU that rounding opens or closes shows in the map.
 */
export function roundAsInTraining(backend: WasmBackend): void {
  training.add(backend);
}

function forward(
  backend: WasmBackend,
  g: Geometry,
  { x, filter, bias }: KernelArguments['inputs'],
  relu: boolean,
): tf.TensorInfo {
  const y = backend.makeOutput([g.batch, g.outHeight, g.outWidth, g.outChannels], 'float32');
  convolve(backend, g, pointerOf(backend, x), pointerOf(backend, filter), pointerOf(backend, y), {
    filterData: filter.dataId,
    epilogue: { bias: bias ? pointerOf(backend, bias) : 0, relu },
    precise: tf.engine().state.gradientDepth > 0 && !training.has(backend),
  });
  return y;
}
