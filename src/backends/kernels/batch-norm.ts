import * as tf from '@tensorflow/tfjs';
import { batchNormKernelNames } from './batch-norm-kernels';
import { hasKernels } from './module';

/** Result of {@link batchNormTraining}; the caller owns (or tidies) all three tensors. */
export interface BatchNormTrainingResult {
  /** [N,H,W,C], differentiable with respect to x, gamma and beta. */
  y: tf.Tensor4D;
  /** [C], batch mean; no gradient flows through it. */
  mean: tf.Tensor1D;
  /** [C], biased batch variance; no gradient flows through it. */
  variance: tf.Tensor1D;
}

/**
 * Batch normalisation in training mode over N, H and W:
 * y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, optionally followed by ReLU.
 *
 * On the wasm backend prepared by `prepareNodeBackend` it runs fused SIMD kernels; on every other backend plain
 * TensorFlow.js operations with the same results. Differentiable once (`tf.grads`, `optimizer.minimize`).
 *
 * @param x [N,H,W,C] float32
 * @param gamma [C]
 * @param beta [C]
 * @param epsilon added to the variance
 * @param options.relu fuse max(y, 0)
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
  options: { relu?: boolean } = {},
): BatchNormTrainingResult {
  const relu = options.relu ?? false;
  return hasKernels()
    ? withKernels(x, gamma, beta, epsilon, relu)
    : withOperations(x, gamma, beta, epsilon, relu);
}

function withKernels(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
  relu: boolean,
): BatchNormTrainingResult {
  const attributes = { epsilon, relu };
  const run = (name: string, inputs: tf.NamedTensorMap) => tf.engine().runKernel(name, inputs, attributes);
  const [mean, variance] = run(batchNormKernelNames.statistics, { x }) as tf.Tensor[];
  const apply = tf.customGrad((...args) => {
    const [input, g, b] = args as tf.Tensor[];
    const save = args[3] as tf.GradSaveFunc;
    save([input, g, b, mean, variance]);
    const value = run(batchNormKernelNames.forward, {
      x: input,
      gamma: g,
      beta: b,
      mean,
      variance,
    }) as tf.Tensor;
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [sx, sGamma, sBeta, sMean, sVariance] = saved;
      const inputs = { x: sx, dy, gamma: sGamma, beta: sBeta, mean: sMean, variance: sVariance };
      return run(batchNormKernelNames.gradient, inputs) as tf.Tensor[];
    };
    return { value, gradFunc };
  });
  return {
    y: apply(x, gamma, beta) as tf.Tensor4D,
    mean: mean as tf.Tensor1D,
    variance: variance as tf.Tensor1D,
  };
}

function withOperations(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
  relu: boolean,
): BatchNormTrainingResult {
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
    const y = tf.add(tf.mul(normal, gamma), beta) as tf.Tensor4D;
    return { y: relu ? tf.relu(y) : y, mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D };
  });
}
