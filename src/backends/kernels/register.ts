import * as tf from '@tensorflow/tfjs';
import {
  batchNormForward,
  batchNormGradient,
  batchNormKernelNames,
  batchNormStatistics,
  withBatchNormKernel,
} from './batch-norm-kernels';
import {
  conv2DBackpropFilter,
  conv2DBackpropInput,
  roundAsInTraining,
  withForwardKernel,
} from './convolution-kernels';
import { RELU_GRADIENT, reluGradient, replaceSlowGradients } from './gradients';
import {
  identity,
  withCastKernel,
  withConcatKernel,
  withPadKernel,
  withSliceKernel,
  withSplitKernel,
} from './layout';
import { asWasm, installKernels, removeKernels } from './module';
import type { KernelArguments } from './module';
import { keepPackedFilters } from './packed-filters';
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
  Cast: withCastKernel,
  Concat: withConcatKernel,
  SplitV: withSplitKernel,
  Slice: withSliceKernel,
  PadV2: withPadKernel,
  AvgPoolGrad: withPoolGradientKernel,
};

/** What stood in our place, by name; undefined where TensorFlow.js has no such kernel. */
let replaced: Map<string, tf.KernelConfig | undefined> | undefined;
let gradientsReplaced = false;

/** How the kernels of a backend are used; by default neither. */
export interface KernelOptions {
  /** Weights do not change in place: their packed forms are kept for as long as they live. */
  keepFilters?: boolean;
  /** Gradients are those of a training, not of an explanation: see {@link roundAsInTraining}. */
  training?: boolean;
}

/**
 * Loads the kernels on the current wasm backend and registers them with TensorFlow.js: convolutions and their
 * gradients (NHWC, dilation 1), training batch normalisation, and the operations that a training step otherwise spends
 * its time in. Safe to call again.
 *
 * @throws Error when the current backend is not wasm
 * @throws WebAssembly.CompileError where the engine has no SIMD
 */
export async function registerKernels(options: KernelOptions = {}): Promise<void> {
  const backend = tf.backend();
  await installKernels(backend);
  if (options.keepFilters) keepPackedFilters(asWasm(backend));
  if (options.training) roundAsInTraining(asWasm(backend));
  if (replaced) return;
  const before = new Map<string, tf.KernelConfig | undefined>();
  for (const [name, kernel] of Object.entries(kernels)) {
    before.set(name, tf.getKernel(name, 'wasm'));
    register(name, kernel as unknown as tf.KernelFunc);
  }
  for (const [name, wrap] of Object.entries(wrappers)) {
    const stock = tf.getKernel(name, 'wasm');
    if (!stock)
      throw new Error(`The wasm backend has no kernel ${name}: an unsupported version of TensorFlow.js.`);
    before.set(name, stock);
    register(name, wrap(stock.kernelFunc) as unknown as tf.KernelFunc);
  }
  replaced = before;
  if (!gradientsReplaced) replaceSlowGradients();
  gradientsReplaced = true;
}

/** Puts the stock kernels of TensorFlow.js in the place of ours again. */
export function restoreStockKernels(): void {
  removeKernels(tf.backend());
  for (const [name, stock] of replaced ?? []) {
    if (stock) register(name, stock.kernelFunc);
    else tf.unregisterKernel(name, 'wasm');
  }
  replaced = undefined;
}

/** Without a set-up: that of the stock kernels has run with the backend. */
function register(kernelName: string, kernelFunc: tf.KernelFunc): void {
  if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
}
