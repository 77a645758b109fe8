import type * as tf from '@tensorflow/tfjs';
import type { LayerFactory } from './blocks';

export interface UNetOptions {
  /** Filters of the first level; each level below doubles them. */
  width: number;
  levels: number;
  /** Level at which the decoder ends: 0 is full resolution, each level halves it. */
  outputLevel: number;
}

/**
 * U-Net (Ronneberger et al. 2015): two 3×3 convolutions a level, average pooling down, bilinear up-sampling and
 * concatenated skips up.
 *
 * @returns features [N, H / 2^outputLevel, W / 2^outputLevel, width · 2^outputLevel]
 */
export function unet(layers: LayerFactory, input: tf.SymbolicTensor, options: UNetOptions): tf.SymbolicTensor {
  const { width, levels, outputLevel } = options;
  const skips: tf.SymbolicTensor[] = [];
  let x = input;
  for (let level = 0; level < levels; level++) {
    if (level > 0) x = layers.averagePool(x, `down${level}_pool`, 2);
    x = doubleConv(layers, x, `down${level}`, width * 2 ** level);
    skips.push(x);
  }
  for (let level = levels - 2; level >= outputLevel; level--) {
    const up = layers.upsample(x, `up${level}_upsample`);
    x = layers.concatenate([up, skips[level]], `up${level}_skip`);
    x = doubleConv(layers, x, `up${level}`, width * 2 ** level);
  }
  return x;
}

function doubleConv(layers: LayerFactory, x: tf.SymbolicTensor, name: string, filters: number): tf.SymbolicTensor {
  return layers.convNormRelu(layers.convNormRelu(x, `${name}a`, filters), `${name}b`, filters);
}
