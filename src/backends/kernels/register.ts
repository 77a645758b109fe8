import * as tf from '@tensorflow/tfjs';
import { batchNormForward, batchNormGradient, batchNormKernelNames, batchNormStatistics } from './batch-norm-kernels';
import { conv2DBackpropFilter, conv2DBackpropInput } from './convolution';
import { asWasm, hasKernels, installKernels, kernelsOf, pointerOf } from './module';
import type { KernelArguments } from './module';

const RELU_GRADIENT = 'ReluGradient';

const kernels: Record<string, (args: KernelArguments) => tf.TensorInfo | tf.TensorInfo[]> = {
  Conv2DBackpropFilter: conv2DBackpropFilter,
  Conv2DBackpropInput: conv2DBackpropInput,
  [batchNormKernelNames.statistics]: batchNormStatistics,
  [batchNormKernelNames.forward]: batchNormForward,
  [batchNormKernelNames.gradient]: batchNormGradient,
  [RELU_GRADIENT]: reluGradient,
};

let registered = false;

/**
 * Loads the training kernels on the current wasm backend and registers them with TensorFlow.js: gradients of
 * convolutions (NHWC, dilation 1), of ReLU, and training batch normalisation. Safe to call again.
 *
 * @throws Error when the current backend is not wasm
 */
export async function registerTrainingKernels(): Promise<void> {
  await installKernels(tf.backend());
  if (registered) return;
  registered = true;
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernelFunc as unknown as tf.KernelFunc });
  }
  tf.unregisterGradient('Relu');
  tf.registerGradient({ kernelName: 'Relu', inputsToSave: ['x'], gradFunc: reluGradientFunction });
}

/** Gradients are registered for all backends at once, so the others keep the composition tfjs uses. */
const reluGradientFunction: tf.GradFunc = (dy, saved) => {
  const [x] = saved;
  const upstream = dy as tf.Tensor;
  return {
    x: () => {
      if (!hasKernels()) return tf.mul(upstream, tf.cast(tf.step(x), 'float32'));
      return tf.engine().runKernel(RELU_GRADIENT, { x, dy: upstream }) as tf.Tensor;
    },
  };
};

function reluGradient({ inputs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const backend = asWasm(anyBackend);
  const { x, dy } = inputs;
  const dx = backend.makeOutput(x.shape, 'float32');
  kernelsOf(backend).reluGradient(
    pointerOf(backend, x),
    pointerOf(backend, dy),
    pointerOf(backend, dx),
    tf.util.sizeFromShape(x.shape),
  );
  return dx;
}
