import * as tf from '@tensorflow/tfjs';
import { batchNormTraining } from '../../backends/kernels/batch-norm';

/** Options of every network: names and initial weights depend on them alone. */
export interface BuildOptions {
  /** Seed of the initial weights. */
  seed: number;
}

const momentum = 0.9;
const epsilon = 1e-5;

/**
 * Creates the layers of one network: stock tf.layers, so that models save and load in the tfjs format, with names and
 * initial weights that are the same for the same seed.
 */
export class LayerFactory {
  private count = 0;

  constructor(
    private readonly seed: number,
    private readonly prefix = '',
  ) {}

  /** The factory of a part of the network: its layer names start with `name_`. */
  part(name: string): LayerFactory {
    return new LayerFactory(this.nextSeed(), `${this.prefix}${name}_`);
  }

  /** Square convolution, 'same' padding, He normal initial weights; no bias unless asked for. */
  conv(
    x: tf.SymbolicTensor,
    name: string,
    filters: number,
    kernelSize: number,
    options: { strides?: number; useBias?: boolean; stddev?: number } = {},
  ): tf.SymbolicTensor {
    const seed = this.nextSeed();
    const layer = tf.layers.conv2d({
      name: this.prefix + name,
      filters,
      kernelSize,
      strides: options.strides ?? 1,
      padding: 'same',
      useBias: options.useBias ?? false,
      kernelInitializer:
        options.stddev === undefined
          ? tf.initializers.heNormal({ seed })
          : tf.initializers.randomNormal({ stddev: options.stddev, seed }),
    });
    return layer.apply(x) as tf.SymbolicTensor;
  }

  /**
   * A 3×3 convolution with bias that at first hands some input channels on as its first output channels, nearly unchanged: beside a
   * centre weight of 1 theirs are of standard deviation `error`. Its other outputs are as those of {@link conv}.
   *
   * @param passed how many channels, and the index of the first of them in the input
   */
  passingConv(
    x: tf.SymbolicTensor,
    name: string,
    filters: number,
    { passed, error }: { passed: { channels: number; from: number }; error: number },
  ): tf.SymbolicTensor {
    const seed = this.nextSeed();
    const layer = tf.layers.conv2d({
      name: this.prefix + name,
      filters,
      kernelSize: 3,
      padding: 'same',
      kernelInitializer: tf.initializers.heNormal({ seed }),
    });
    const result = layer.apply(x) as tf.SymbolicTensor;
    tf.tidy(() => {
      const [kernel, bias] = layer.getWeights();
      const inputs = kernel.shape[2]!;
      const small = error / Math.sqrt(2 / (9 * inputs));
      const values = Float32Array.from(kernel.dataSync(), (value, i) =>
        i % filters < passed.channels ? value * small : value,
      );
      const centre = 4 * inputs * filters;
      for (let c = 0; c < passed.channels; c++) values[centre + (passed.from + c) * filters + c] = 1;
      layer.setWeights([tf.tensor(values, kernel.shape), bias]);
    });
    return result;
  }

  /** Batch norm, then ReLU. In training both run as one kernel. */
  normRelu(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
    const norm = fastTrainingNorm(`${this.prefix}${name}_bn`);
    const relu = tf.layers.activation({ name: `${this.prefix}${name}_relu`, activation: 'relu' });
    const stockRelu = relu.call.bind(relu);
    // The fused training kernel has applied the ReLU already.
    relu.call = (inputs, kwargs) => (kwargs.training ? onlyTensor(inputs) : stockRelu(inputs, kwargs));
    return relu.apply(norm.apply(x)) as tf.SymbolicTensor;
  }

  convNormRelu(
    x: tf.SymbolicTensor,
    name: string,
    filters: number,
    kernelSize = 3,
    strides = 1,
  ): tf.SymbolicTensor {
    return this.normRelu(this.conv(x, `${name}_conv`, filters, kernelSize, { strides }), name);
  }

  /** Glorot uniform initial weights, or all of one value. */
  dense(x: tf.SymbolicTensor, name: string, units: number, initial?: number): tf.SymbolicTensor {
    const seed = this.nextSeed();
    const kernelInitializer =
      initial === undefined
        ? tf.initializers.glorotUniform({ seed })
        : tf.initializers.constant({ value: initial });
    return tf.layers.dense({ name: this.prefix + name, units, kernelInitializer }).apply(x) as tf.SymbolicTensor;
  }

  /**
   * A dense layer of [N, m · units]: m values for each unit, one kind after the other. At first each unit sees its own alone, times
   * `weight`.
   */
  ownColumns(x: tf.SymbolicTensor, name: string, units: number, weight: number): tf.SymbolicTensor {
    const layer = tf.layers.dense({ name: this.prefix + name, units });
    const result = layer.apply(x) as tf.SymbolicTensor;
    tf.tidy(() => {
      const [kernel, bias] = layer.getWeights();
      const inputs = kernel.shape[0];
      const values = Array.from({ length: inputs * units }, (_, i) =>
        Math.floor(i / units) % units === i % units ? weight : 0,
      );
      layer.setWeights([tf.tensor2d(values, [inputs, units]), bias]);
    });
    return result;
  }

  /** Averages size × size windows, `strides` apart (by default side by side); windows lie inside the image. */
  averagePool(x: tf.SymbolicTensor, name: string, size: number, strides = size): tf.SymbolicTensor {
    const layer = tf.layers.averagePooling2d({ name: this.prefix + name, poolSize: size, strides });
    return layer.apply(x) as tf.SymbolicTensor;
  }

  /** The mean of the size × size window around each pixel, of what of it lies inside the image. */
  localMean(x: tf.SymbolicTensor, name: string, size: number): tf.SymbolicTensor {
    const config = { name: this.prefix + name, poolSize: size, strides: 1, padding: 'same' } as const;
    return tf.layers.averagePooling2d(config).apply(x) as tf.SymbolicTensor;
  }

  /** [N, H, W, C] → [N, C]. */
  globalPool(x: tf.SymbolicTensor, name: string, how: 'average' | 'maximum'): tf.SymbolicTensor {
    const config = { name: this.prefix + name };
    const layer =
      how === 'average' ? tf.layers.globalAveragePooling2d(config) : tf.layers.globalMaxPooling2d(config);
    return layer.apply(x) as tf.SymbolicTensor;
  }

  /** The identity; in training no gradient passes it. */
  stopTrainingGradient(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
    const layer = tf.layers.activation({ name: this.prefix + name, activation: 'linear' });
    const stockCall = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => (kwargs.training ? withoutGradient(onlyTensor(inputs)) : stockCall(inputs, kwargs));
    return layer.apply(x) as tf.SymbolicTensor;
  }

  /** Doubles height and width, bilinearly. */
  upsample(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
    const layer = tf.layers.upSampling2d({ name: this.prefix + name, size: [2, 2], interpolation: 'bilinear' });
    return layer.apply(x) as tf.SymbolicTensor;
  }

  concatenate(parts: tf.SymbolicTensor[], name: string): tf.SymbolicTensor {
    return tf.layers.concatenate({ name: this.prefix + name }).apply(parts) as tf.SymbolicTensor;
  }

  add(parts: tf.SymbolicTensor[], name: string): tf.SymbolicTensor {
    return tf.layers.add({ name: this.prefix + name }).apply(parts) as tf.SymbolicTensor;
  }

  multiply(parts: tf.SymbolicTensor[], name: string): tf.SymbolicTensor {
    return tf.layers.multiply({ name: this.prefix + name }).apply(parts) as tf.SymbolicTensor;
  }

  activation(x: tf.SymbolicTensor, name: string, activation: 'tanh' | 'sigmoid' | 'relu'): tf.SymbolicTensor {
    return tf.layers.activation({ name: this.prefix + name, activation }).apply(x) as tf.SymbolicTensor;
  }

  /** Clips to [0, 1]. */
  clip(x: tf.SymbolicTensor, name: string): tf.SymbolicTensor {
    return tf.layers.reLU({ name: this.prefix + name, maxValue: 1 }).apply(x) as tf.SymbolicTensor;
  }

  /**
   * Bilinear up-sampling of a one-channel map by a fixed transposed convolution (pixel centres at half-integers, fading
   * to zero over the outermost half step), times a constant: stock layers have no other exact way to do either.
   */
  fixedUpsample(x: tf.SymbolicTensor, name: string, factor: number, gain: number): tf.SymbolicTensor {
    const kernel = bilinearKernel(factor, gain);
    const size = Math.sqrt(kernel.length);
    return this.fixedTransposed(x, name, factor, kernel, [size, size, 1, 1]);
  }

  /** [N, H, W, C] → [N, H / factor, W / factor, factor² · C]: the pixels of a block become channels, none is lost. */
  fold(x: tf.SymbolicTensor, name: string, factor: number): tf.SymbolicTensor {
    const channels = x.shape[3]!;
    const filters = factor ** 2 * channels;
    const layer = tf.layers.conv2d({
      name: this.prefix + name,
      filters,
      kernelSize: factor,
      strides: factor,
      useBias: false,
      trainable: false,
    });
    return this.fixed(layer, x, identity(filters), [factor, factor, channels, filters]);
  }

  /** [N, H, W, factor²] → [N, H · factor, W · factor, 1]: what `fold` does to one channel, backwards (Shi et al. 2016). */
  unfold(x: tf.SymbolicTensor, name: string, factor: number): tf.SymbolicTensor {
    return this.fixedTransposed(x, name, factor, identity(factor ** 2), [factor, factor, 1, factor ** 2]);
  }

  private fixedTransposed(
    x: tf.SymbolicTensor,
    name: string,
    strides: number,
    kernel: number[],
    shape: [height: number, width: number, filters: number, channels: number],
  ): tf.SymbolicTensor {
    const [kernelSize, , filters] = shape;
    const layer = tf.layers.conv2dTranspose({
      name: this.prefix + name,
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: false,
      trainable: false,
    });
    return this.fixed(layer, x, kernel, shape);
  }

  /** Applies a layer whose kernel is no weight but a setting. */
  private fixed(
    layer: tf.layers.Layer,
    x: tf.SymbolicTensor,
    kernel: number[],
    shape: [number, number, number, number],
  ): tf.SymbolicTensor {
    const result = layer.apply(x) as tf.SymbolicTensor;
    tf.tidy(() => layer.setWeights([tf.tensor4d(kernel, shape)]));
    return result;
  }

  private nextSeed(): number {
    this.count += 1;
    // Distinct for every layer of every part; tfjs takes any integer.
    return (this.seed * 1009 + this.count * 9176 + 1) % 2147483647;
  }
}

/** The n × n identity matrix, row by row. */
function identity(n: number): number[] {
  return Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0));
}

/** Weights of bilinear interpolation at `factor`-fold resolution, times `gain`. */
function bilinearKernel(factor: number, gain: number): number[] {
  if (factor === 1) return [gain];
  const line = Array.from({ length: 2 * factor }, (_, i) => 1 - Math.abs((i + 0.5) / factor - 1));
  return line.flatMap(a => line.map(b => a * b * gain));
}

/** The stock layer, its training-time call replaced by this project's kernel (tfjs's own is several times slower). */
function fastTrainingNorm(name: string): tf.layers.Layer {
  const layer = tf.layers.batchNormalization({ name, momentum, epsilon });
  const stockCall = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    if (!kwargs.training) return stockCall(inputs, kwargs);
    return tf.tidy(() => {
      const x = onlyTensor(inputs) as tf.Tensor4D;
      const [gamma, beta, movingMean, movingVariance] = layer.weights;
      const result = batchNormTraining(x, gamma.read() as tf.Tensor1D, beta.read() as tf.Tensor1D, epsilon, {
        relu: true,
      });
      const count = x.size / x.shape[3];
      movingMean.write(blend(movingMean.read(), result.mean));
      movingVariance.write(blend(movingVariance.read(), tf.mul(result.variance, count / Math.max(1, count - 1))));
      return result.y;
    });
  };
  return layer;
}

function withoutGradient(x: tf.Tensor): tf.Tensor {
  return tf.customGrad(value => ({ value: tf.clone(value as tf.Tensor), gradFunc: () => tf.zerosLike(x) }))(x);
}

function blend(average: tf.Tensor, current: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(average, momentum), tf.mul(current, 1 - momentum));
}

function onlyTensor(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}
