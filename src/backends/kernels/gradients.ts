import * as tf from '@tensorflow/tfjs';
import { asWasm, hasKernels, kernelsOf, pointerOf } from './module';
import type { KernelArguments } from './module';

/** Name under which {@link reluGradient} is registered. */
export const RELU_GRADIENT = 'ReluGradient';

/** Inputs {x, dy}; output dy where x > 0, else 0. */
export function reluGradient({ inputs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
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

/**
 * Replaces gradients whose stock composition is slow on wasm. Gradients are registered for all backends at once, so
 * other backends keep the stock ones.
 */
export function replaceSlowGradients(): void {
  replaceGradient('Relu', stock => (dy, saved, attributes) => {
    if (!hasKernels()) return stock(dy, saved, attributes);
    return {
      x: () => tf.engine().runKernel(RELU_GRADIENT, { x: saved[0], dy: dy as tf.Tensor }) as tf.Tensor,
    };
  });
  // Batch norm with fixed statistics (a frozen network that a generator is trained through): with respect to its input
  // it is a product per channel, for which the stock gradient tiles the factors to the size of the image.
  replaceGradient('FusedBatchNorm', stock => (dy, saved, attributes) => {
    const [, mean, variance, scale] = saved;
    if (!hasKernels() || mean.rank !== 1) return stock(dy, saved, attributes);
    const upstream = dy as tf.Tensor4D;
    const epsilon = (attributes as unknown as { varianceEpsilon: number }).varianceEpsilon;
    const stockPart = (name: string) => () =>
      (stock(dy, saved, attributes) as Record<string, () => tf.Tensor>)[name]();
    const factors = variance as tf.Tensor1D;
    return {
      x: () =>
        tf.batchNorm4d(
          upstream,
          tf.zerosLike(factors),
          factors,
          undefined,
          (scale as tf.Tensor1D) ?? undefined,
          epsilon,
        ),
      mean: stockPart('mean'),
      variance: stockPart('variance'),
      scale: stockPart('scale'),
      offset: stockPart('offset'),
    };
  });
}

function replaceGradient(kernelName: string, replacement: (stock: tf.GradFunc) => tf.GradFunc): void {
  const config = tf.getGradient(kernelName);
  if (!config) throw new Error(`TensorFlow.js has no gradient of ${kernelName} to replace.`);
  tf.unregisterGradient(kernelName);
  tf.registerGradient({ ...config, gradFunc: replacement(config.gradFunc) });
}
