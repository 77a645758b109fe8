import * as tf from '@tensorflow/tfjs';
import {
  batchNormForward,
  batchNormGradient,
  batchNormKernelNames,
  batchNormStatistics,
  withBatchNormKernel,
} from './batch-norm-kernels';
import { conv2DBackpropFilter, conv2DBackpropInput, withForwardKernel } from './convolution-kernels';
import { RELU_GRADIENT, reluGradient, replaceSlowGradients } from './gradients';
import { identity, withConcatKernel, withPadKernel, withSliceKernel, withSplitKernel } from './layout';
import { installKernels } from './module';
import type { KernelArguments } from './module';
import { withPoolGradientKernel } from './pooling';

type Kernel = (args: KernelArguments) => tf.TensorInfo | tf.TensorInfo[];

const kernels: Record<string, Kernel> = {
  Conv2DBackpropFilter: conv2DBackpropFilter,
  Conv2DBackpropInput: conv2DBackpropInput,
  Identity: identity,
  [batchNormKernelNames.statistics]: batchNormStatistics,
  [batchNormKernelNames.forward]: batchNormForward,
  [batchNormKernelNames.gradient]: batchNormGradient,
  [RELU_GRADIENT]: reluGradient,
};

/** Kernels that hand what they do not cover to the stock kernel of the same name. */
const wrappers: Record<string, (stock: tf.KernelFunc) => Kernel> = {
  Conv2D: stock => withForwardKernel('Conv2D', stock),
  FusedConv2D: stock => withForwardKernel('FusedConv2D', stock),
  FusedBatchNorm: withBatchNormKernel,
  Concat: withConcatKernel,
  SplitV: withSplitKernel,
  Slice: withSliceKernel,
  PadV2: withPadKernel,
  AvgPoolGrad: withPoolGradientKernel,
};

let registered = false;

/**
 * Loads the training kernels on the current wasm backend and registers them with TensorFlow.js: convolutions and their
 * gradients (NHWC, dilation 1), training batch normalisation, and the operations that a training step otherwise spends
 * its time in. Safe to call again.
 *
 * @throws Error when the current backend is not wasm
 */
export async function registerTrainingKernels(): Promise<void> {
  await installKernels(tf.backend());
  if (registered) return;
  registered = true;
  for (const [name, kernel] of Object.entries(kernels)) register(name, kernel);
  for (const [name, wrap] of Object.entries(wrappers)) {
    const stock = tf.getKernel(name, 'wasm');
    if (!stock)
      throw new Error(`The wasm backend has no kernel ${name}: an unsupported version of TensorFlow.js.`);
    register(name, wrap(stock.kernelFunc));
  }
  replaceSlowGradients();
}

/** Registering a name that exists keeps the stock kernel's set-up, which has run with the backend. */
function register(kernelName: string, kernel: Kernel): void {
  if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernel as unknown as tf.KernelFunc });
}
