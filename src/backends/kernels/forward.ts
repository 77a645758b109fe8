import * as tf from '@tensorflow/tfjs';
import { conv2D, convInfo } from './convolution';
import type { ConvAttributes } from './convolution';
import { asWasm } from './module';
import type { KernelArguments } from './module';

type ForwardAttributes = ConvAttributes & { dilations?: number | [number, number]; activation?: string };

/** From this many output pixels on, packing the weights anew costs little against the product itself. */
const MIN_PIXELS = 256;
/** Fewer output channels would leave most of a panel of eight unused. */
const MIN_CHANNELS = 4;

/**
 * Wraps a stock forward convolution kernel (Conv2D, FusedConv2D): the training kernels take what they are faster at,
 * the stock kernel (XNNPACK) all the rest.
 */
export function withForwardKernel(
  kernelName: string,
  stock: tf.KernelFunc,
): (args: KernelArguments) => tf.TensorInfo {
  return args => {
    const { inputs, backend } = args;
    const attributes = args.attrs as ForwardAttributes;
    const { x, filter, bias } = inputs;
    const activation = attributes.activation ?? 'linear';
    const simple =
      (attributes.dataFormat ?? 'NHWC') === 'NHWC' &&
      [attributes.dilations ?? 1].flat().every(dilation => dilation === 1) &&
      ['linear', 'relu'].includes(activation) &&
      filter.shape[3] >= MIN_CHANNELS &&
      (!bias || bias.shape.length === 1);
    if (simple) {
      const info = convInfo(kernelName, x.shape, filter.shape, attributes);
      if (info.batchSize * info.outHeight * info.outWidth >= MIN_PIXELS) {
        return conv2D(asWasm(backend), { info, x, filter, bias, relu: activation === 'relu' });
      }
    }
    return stock(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
  };
}
