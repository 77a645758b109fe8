import * as tf from '@tensorflow/tfjs';
import { asWasm, floatView, kernelsOf, pointerOf, withScratch } from './module';
import type { KernelArguments } from './module';

/** Names under which the wasm kernels of training batch normalisation are registered. */
export const batchNormKernelNames = {
  statistics: 'BatchNormTrainingStatistics',
  forward: 'BatchNormTrainingForward',
  gradient: 'BatchNormTrainingGradient',
} as const;

interface NormAttributes {
  epsilon: number;
  relu: boolean;
}

/** Input {x [N,H,W,C]}; outputs mean [C], biased variance [C]. */
export function batchNormStatistics({ inputs, backend: anyBackend }: KernelArguments): tf.TensorInfo[] {
  const backend = asWasm(anyBackend);
  const { x } = inputs;
  const { pixels, channels } = extent(x);
  const mean = backend.makeOutput([channels], 'float32');
  const variance = backend.makeOutput([channels], 'float32');
  kernelsOf(backend).batchNormStatistics(
    pointerOf(backend, x),
    pixels,
    channels,
    pointerOf(backend, mean),
    pointerOf(backend, variance),
  );
  return [mean, variance];
}

/** Inputs {x, gamma, beta, mean, variance}; output of x's shape. */
export function batchNormForward({ inputs, attrs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const backend = asWasm(anyBackend);
  const { x, gamma, beta, mean, variance } = inputs;
  const { epsilon, relu } = attrs as NormAttributes;
  const { pixels, channels } = extent(x);
  const y = backend.makeOutput(x.shape, 'float32');
  withScratch(backend, [channels * 4, channels * 4], ([scale, shift]) => {
    const read = (tensor: tf.TensorInfo) => floatView(backend, pointerOf(backend, tensor), channels);
    fillAffine(read(gamma), read(beta), read(mean), read(variance), epsilon, {
      scale: floatView(backend, scale, channels),
      shift: floatView(backend, shift, channels),
    });
    kernelsOf(backend).batchNormForward(
      pointerOf(backend, x),
      pointerOf(backend, y),
      pixels,
      channels,
      scale,
      shift,
      relu ? 1 : 0,
    );
  });
  return y;
}

/** Inputs {x, dy, gamma, beta, mean, variance}; outputs dx, dgamma [C], dbeta [C]. */
export function batchNormGradient({ inputs, attrs, backend: anyBackend }: KernelArguments): tf.TensorInfo[] {
  const backend = asWasm(anyBackend);
  const { x, dy, gamma, beta, mean, variance } = inputs;
  const { epsilon, relu } = attrs as NormAttributes;
  const { pixels, channels } = extent(x);
  const dx = backend.makeOutput(x.shape, 'float32');
  const dgamma = backend.makeOutput([channels], 'float32');
  const dbeta = backend.makeOutput([channels], 'float32');
  const bytes = channels * 4;
  withScratch(backend, [bytes, bytes, bytes, bytes], ([scale, shift, slope, offset]) => {
    const view = (pointer: number) => floatView(backend, pointer, channels);
    const read = (tensor: tf.TensorInfo) => view(pointerOf(backend, tensor));
    const [means, variances, scales, shifts] = [read(mean), read(variance), view(scale), view(shift)];
    fillAffine(read(gamma), read(beta), means, variances, epsilon, { scale: scales, shift: shifts });
    const pointers = { x: pointerOf(backend, x), dy: pointerOf(backend, dy), mean: pointerOf(backend, mean) };
    const kernels = kernelsOf(backend);
    const flag = relu ? 1 : 0;
    kernels.batchNormReduce(
      pointers.x,
      pointers.dy,
      pixels,
      channels,
      pointers.mean,
      scale,
      shift,
      flag,
      pointerOf(backend, dbeta),
      pointerOf(backend, dgamma),
    );
    // dx = scale · (dy' - mean(dy') - x̂ · mean(dy' · x̂)), written as dy' · scale + x · slope + offset.
    const [sumDy, sumDyX, slopes, offsets] = [read(dbeta), read(dgamma), view(slope), view(offset)];
    for (let c = 0; c < channels; c++) {
      const inverse = 1 / Math.sqrt(variances[c] + epsilon);
      sumDyX[c] *= inverse;
      const s = (-scales[c] * inverse * sumDyX[c]) / pixels;
      slopes[c] = s;
      offsets[c] = (-scales[c] * sumDy[c]) / pixels - s * means[c];
    }
    kernels.batchNormInputGradient(
      pointers.x,
      pointers.dy,
      pointerOf(backend, dx),
      pixels,
      channels,
      scale,
      shift,
      slope,
      offset,
      flag,
    );
  });
  return [dx, dgamma, dbeta];
}

interface BatchNormAttributes {
  varianceEpsilon: number;
  activation?: 'relu';
}

/**
 * Wraps the stock FusedBatchNorm kernel (batch norm with fixed statistics, several times slower): takes parameters per
 * channel of a float32 tensor. With the attribute `activation: 'relu'`, which ours alone has, a ReLU follows.
 */
export function withBatchNormKernel(stock: tf.KernelFunc): (args: KernelArguments) => tf.TensorInfo {
  return args => {
    const { x } = args.inputs;
    const { varianceEpsilon: epsilon, activation } = args.attrs as BatchNormAttributes;
    const { mean, variance, offset, scale } = args.inputs as Record<string, tf.TensorInfo | undefined>;
    const parameters = [mean, variance, offset, scale];
    const channels = x.shape[x.shape.length - 1];
    const perChannel = parameters.every(p => !p || (p.shape.length === 1 && p.shape[0] === channels));
    if (!perChannel || x.dtype !== 'float32' || tf.util.sizeFromShape(x.shape) === 0) {
      if (activation)
        throw new Error('A batch norm with an activation takes parameters per channel of float32 values.');
      return stock(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    }
    const backend = asWasm(args.backend);
    const y = backend.makeOutput(x.shape, 'float32');
    withScratch(backend, [channels * 4, channels * 4], ([scales, shifts]) => {
      const read = (tensor: tf.TensorInfo | undefined, absent: number) =>
        tensor
          ? floatView(backend, pointerOf(backend, tensor), channels)
          : new Float32Array(channels).fill(absent);
      fillAffine(read(scale, 1), read(offset, 0), read(mean, 0), read(variance, 1), epsilon, {
        scale: floatView(backend, scales, channels),
        shift: floatView(backend, shifts, channels),
      });
      const pixels = extent(x).pixels;
      const [from, to] = [pointerOf(backend, x), pointerOf(backend, y)];
      const relu = activation === 'relu' ? 1 : 0;
      kernelsOf(backend).batchNormForward(from, to, pixels, channels, scales, shifts, relu);
    });
    return y;
  };
}

/** y = x · scale + shift; forward and backward must compute it alike, for both take the sign of y from it. */
function fillAffine(
  gamma: Float32Array,
  beta: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  epsilon: number,
  out: { scale: Float32Array; shift: Float32Array },
): void {
  for (let c = 0; c < gamma.length; c++) {
    out.scale[c] = gamma[c] / Math.sqrt(variance[c] + epsilon);
    out.shift[c] = beta[c] - mean[c] * out.scale[c];
  }
}

function extent(x: tf.TensorInfo): { pixels: number; channels: number } {
  const channels = x.shape[x.shape.length - 1];
  return { pixels: tf.util.sizeFromShape(x.shape) / channels, channels };
}
