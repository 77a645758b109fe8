import * as tf from '@tensorflow/tfjs';
import { LayerFactory } from '../models/networks/blocks';
import { seededRandom } from '../models/random';
import { detach } from './detach';

export interface DiscriminatorOptions {
  seed: number;
  /** Side of the images, pixels. */
  size: number;
  /** Kinds of real images that it tells generated ones from: one output a patch for each. */
  domains: number;
}

/** Kernels of norm 1 and their biases, first layer first. */
export type DiscriminatorLayers = readonly { kernel: tf.Tensor4D; bias: tf.Tensor1D }[];

/** Filters of its strided 4 × 4 convolutions; a patch is what one cell of the last one sees. */
const filters = [24, 48, 96, 96];
/** Images are averaged over blocks of this side first: realism is asked of shapes, not of single pixels. */
const pooling = 2;
const slope = 0.2;
/** Iterations of the power method: random kernels have singular values close to each other. */
const iterations = 16;

/**
 * A patch discriminator (Isola et al. 2017, arXiv 1611.07004) with spectral normalisation (Miyato et al. 2018,
 * arXiv 1802.05957), one output a patch for each domain of real images.
 */
export class Discriminator {
  /** Holds the weights; `patchScores` computes with its `layers`. */
  readonly model: tf.LayersModel;
  private readonly starts: tf.Tensor2D[];

  constructor({ seed, size, domains }: DiscriminatorOptions) {
    const layers = new LayerFactory(seed, 'discriminator_');
    const input = tf.input({ shape: [size / pooling, size / pooling, 1] });
    let x = input;
    filters.forEach((count, k) => {
      x = layers.conv(x, `conv${k}`, count, 4, { strides: 2, useBias: true });
    });
    this.model = tf.model({
      inputs: input,
      outputs: layers.conv(x, 'patches', domains, 1, { useBias: true }),
    });
    this.starts = this.variables().map(({ kernel }, k) =>
      startVector(kernel.shape[3] as number, `${seed}/${k}`),
    );
  }

  /** The layers with their kernels divided by their norms, once for all images of a step. Differentiable. */
  layers(): DiscriminatorLayers {
    return this.variables().map(({ kernel, bias }, k) => ({
      kernel: divideByNorm(kernel.read() as tf.Tensor4D, this.starts[k]),
      bias: bias.read() as tf.Tensor1D,
    }));
  }

  private variables(): { kernel: tf.LayerVariable; bias: tf.LayerVariable }[] {
    const { trainableWeights } = this.model;
    return Array.from({ length: trainableWeights.length / 2 }, (_, k) => ({
      kernel: trainableWeights[2 * k],
      bias: trainableWeights[2 * k + 1],
    }));
  }
}

/** Layers that no gradient reaches. */
export function frozen(layers: DiscriminatorLayers): DiscriminatorLayers {
  return layers.map(({ kernel, bias }) => ({ kernel: detach(() => kernel), bias: detach(() => bias) }));
}

/**
 * Scores of each patch as an image of each domain: 1 real, 0 generated. Differentiable.
 *
 * @param images [N, S, S, 1]
 * @returns [N, P, P, domains]
 */
export function patchScores(images: tf.Tensor4D, layers: DiscriminatorLayers): tf.Tensor4D {
  return tf.tidy(() => {
    let x: tf.Tensor4D = tf.avgPool(images, pooling, pooling, 'valid');
    layers.forEach(({ kernel, bias }, k) => {
      const isLast = k === layers.length - 1;
      const made = tf.add(tf.conv2d(x, kernel, isLast ? 1 : 2, 'same'), bias);
      x = (isLast ? made : tf.leakyRelu(made, slope)) as tf.Tensor4D;
    });
    return x;
  });
}

/** The kernel over its largest singular value, as a matrix of one column a filter. The singular vectors count as constants. */
function divideByNorm(kernel: tf.Tensor4D, start: tf.Tensor2D): tf.Tensor4D {
  const [height, width, channels, count] = kernel.shape;
  const matrix = tf.reshape(kernel, [height * width * channels, count]) as tf.Tensor2D;
  const v = detach(() => leftSingularVector(matrix, start));
  const u = detach(() => unit(tf.matMul(tf.transpose(matrix), v)));
  const norm = tf.sum(tf.mul(v, tf.matMul(matrix, u)));
  return tf.div(kernel, tf.add(norm, 1e-12));
}

/** By the power method. @param matrix [M, N] @param start [N, 1] @returns [M, 1], of length 1 */
function leftSingularVector(matrix: tf.Tensor2D, start: tf.Tensor2D): tf.Tensor2D {
  const transposed = tf.transpose(matrix);
  let v = unit(tf.matMul(matrix, start));
  for (let k = 1; k < iterations; k++) v = unit(tf.matMul(matrix, unit(tf.matMul(transposed, v))));
  return v;
}

function unit(vector: tf.Tensor): tf.Tensor2D {
  return tf.div(vector, tf.add(tf.sqrt(tf.sum(tf.square(vector))), 1e-12));
}

function startVector(length: number, seed: string): tf.Tensor2D {
  const random = seededRandom(`discriminator/${seed}`);
  const values = Float32Array.from({ length }, () => random() - 0.5);
  return tf.tidy(() => tf.keep(unit(tf.tensor2d(values, [length, 1]))));
}
