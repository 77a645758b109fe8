import * as tf from '@tensorflow/tfjs';
import { asWasm, floatView, kernelsOf, pointerOf } from './module';
import type { KernelArguments } from './module';

interface PoolAttributes {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Wraps the stock AvgPoolGrad kernel: windows that tile the input without padding go to the kernels here. */
export function withPoolGradientKernel(stock: tf.KernelFunc): (args: KernelArguments) => tf.TensorInfo {
  return args => {
    const { dy, input } = args.inputs;
    const { filterSize, strides, pad, dimRoundingMode } = args.attrs as PoolAttributes;
    const shape = input.shape as [number, number, number, number];
    const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const { top, bottom, left, right } = info.padInfo;
    const tiles = info.strideHeight === info.filterHeight && info.strideWidth === info.filterWidth;
    if (!tiles || top + bottom + left + right > 0) {
      return stock(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    }
    const backend = asWasm(args.backend);
    const dx = backend.makeOutput(shape, 'float32');
    if (
      info.outHeight * info.filterHeight < info.inHeight ||
      info.outWidth * info.filterWidth < info.inWidth
    ) {
      floatView(backend, pointerOf(backend, dx), tf.util.sizeFromShape(shape)).fill(0);
    }
    kernelsOf(backend).averagePoolGradient(
      pointerOf(backend, dy),
      info.batchSize,
      info.outHeight,
      info.outWidth,
      info.inChannels,
      pointerOf(backend, dx),
      info.inHeight,
      info.inWidth,
      info.filterHeight,
      info.filterWidth,
    );
    return dx;
  };
}
