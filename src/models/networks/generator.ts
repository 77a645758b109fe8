import * as tf from '@tensorflow/tfjs';
import type { GeneratorOutput } from '../card';
import { headsOf } from '../generator-kind';
import { kindFacts, makesImages, type GeneratorKind } from '../generator-kinds';
import { LayerFactory, type BuildOptions } from './blocks';
import { unet } from './unet';

export interface GeneratorOptions extends BuildOptions {
  kind: GeneratorKind;
  /** Side of the square input, pixels. */
  size: number;
  channels: 1 | 3;
  /** Filters of the U-Net's first level. */
  width: number;
  /** Levels of the U-Net. */
  levels: number;
  /** The input is averaged over blocks of this side before the U-Net (1 = full resolution). */
  inputPooling: number;
  /** Level of the U-Net at which the heads sit; their result is up-sampled bilinearly, unless `subPixel` is set. */
  outputLevel: number;
  /**
   * Of plain output: the U-Net's features are mixed once more with the image, each pixel of a block a channel of its own, and the
   * heads make each pixel of the block. So a reconstruction loses no detail, though the U-Net works at reduced resolution and its
   * batch norms change grey levels from batch to batch.
   */
  subPixel?: boolean;
  /**
   * `plain`: the heads make the image. `residual`: the heads make a change of the input of at most ± `residualBound`.
   * `shared`: they make such a change of one reconstruction of the input, whose error x_s and x_a have in common.
   */
  output: GeneratorOutput;
  residualBound: number;
  /**
   * Of residual output with a head towards each decision: the heads also change the film's local contrast. Where a finding goes it may
   * grow, up to twice as much, where one comes it may fade, down to none, as an opacity hides vessels. A change that is up-sampled from
   * few cells does neither; free to do both, a generator wipes out what the classifier reads.
   */
  localContrast?: boolean;
  /** Of independent labels that it is trained for, how many, where more than one: each has a head for its x_a. */
  labels?: number;
}

export interface GeneratorNetwork {
  /** [N, S, S, C] in [0, 1] → the heads of the kind (`headsOf`), each [N, S, S, C], or a mask [N, S, S, 1]; all in [0, 1]. */
  model: tf.LayersModel;
  /** Weights of the similar and the adversarial branch that eq. (8) keeps near each other, pair by pair. */
  pairs: [similar: tf.LayerVariable, adversarial: tf.LayerVariable][];
}

/**
 * Generators of the paper, section IV-C: Duo (two U-Nets), Single_k (one U-Net, two heads of k convolutions), the
 * naive adversarial generator (one U-Net, one head), and the Mask Generator of Dabkowski & Gal 2017 without its class
 * selector (one U-Net, one head; `inputPooling: 2, outputLevel: 0` gives its mask at half resolution).
 */
export function buildGenerator(options: GeneratorOptions): GeneratorNetwork {
  const { kind, size, channels, inputPooling, levels, outputLevel } = options;
  const facts = kindFacts(kind);
  const smallest = inputPooling * 2 ** (levels - 1);
  if (size % smallest !== 0) {
    throw new RangeError(`The input size must be a multiple of ${smallest} for ${levels} levels, not ${size}.`);
  }
  if (outputLevel >= levels) throw new RangeError(`The heads cannot sit at level ${outputLevel} of ${levels}.`);
  if (options.labels && (facts.made !== 'directly' || !makesImages(kind))) {
    throw new RangeError(`A ${kind} generator is trained for one label.`);
  }
  if (options.output === 'shared' && !facts.canShareReconstruction) {
    throw new RangeError(`A ${kind} generator has no U-Net whose reconstruction its outputs could share.`);
  }
  if (options.subPixel) requirePixelByPixel(options);
  if (options.localContrast && (options.output !== 'residual' || facts.made !== 'by-decision' || channels !== 1)) {
    throw new RangeError('Only heads towards each decision, of grey residual output, change the local contrast.');
  }
  const layers = new LayerFactory(options.seed);
  const input = tf.input({ shape: [size, size, channels], name: 'image' });
  const pooled = inputPooling > 1 ? layers.averagePool(input, 'input_pool', inputPooling) : input;
  const contrast = options.localContrast ? localContrast(layers, input) : undefined;
  const { headDepth } = facts;
  const heads = headsOf(facts, options.labels);

  const branch = (name: string): tf.SymbolicTensor => {
    const part = layers.part(name);
    const features = withImage(part, input, unet(part, pooled, options), options);
    return head(part, { base: baseOf(part, input, features, options) }, features, headDepth, options);
  };
  const outputs = (): tf.SymbolicTensor[] => {
    if (!facts.sharedUnet) return heads.map(branch);
    const part = layers.part('shared');
    const shared = withImage(part, input, unet(part, pooled, options), options);
    const base = baseOf(layers, input, shared, options);
    return heads.map(name => {
      const ofHead = contrast && { contrast, sign: name === 'positive' ? -1 : 1 };
      return head(layers.part(name), { base, ...ofHead }, shared, headDepth, options);
    });
  };
  const model = tf.model({ inputs: input, outputs: outputs() });
  return { model, pairs: pairedWeights(model) };
}

/** @throws RangeError where images cannot be made pixel by pixel */
function requirePixelByPixel({ kind, output, channels, width, inputPooling, outputLevel }: GeneratorOptions): void {
  if (output !== 'plain' || !makesImages(kind) || channels !== 1) {
    throw new RangeError('Only grey images of plain output are made pixel by pixel.');
  }
  const pixels = (inputPooling * 2 ** outputLevel) ** 2;
  if (width < pixels) throw new RangeError(`The ${pixels} pixels of a block want a width of as many filters, not ${width}.`);
}

/**
 * Standard deviation of the first weights beside which the image's pixels are handed on, so that a reconstruction starts some
 * 40 dB from its image: what else it learns, it learns beside that.
 */
const error = 0.002;

/** What the heads see: the U-Net's features, with `subPixel` mixed with the image's pixels by one convolution without a norm. */
function withImage(
  layers: LayerFactory,
  image: tf.SymbolicTensor,
  features: tf.SymbolicTensor,
  { subPixel, width, inputPooling, outputLevel }: GeneratorOptions,
): tf.SymbolicTensor {
  if (!subPixel) return features;
  const pixels = layers.fold(image, 'image_fold', inputPooling * 2 ** outputLevel);
  const both = layers.concatenate([features, pixels], 'image_skip');
  const passed = { channels: pixels.shape[3]!, from: features.shape[3]! };
  return layers.activation(layers.passingConv(both, 'image_mix', width, { passed, error }), 'image_mix_relu', 'relu');
}

/** The image that the heads' changes are added to: the input itself, or its reconstruction. */
function baseOf(
  layers: LayerFactory,
  image: tf.SymbolicTensor,
  features: tf.SymbolicTensor,
  { output, width, channels, inputPooling, outputLevel }: GeneratorOptions,
): tf.SymbolicTensor {
  if (output !== 'shared') return image;
  const part = layers.part('reconstruction');
  let x = part.conv(features, 'reduce', width, 1, { useBias: true });
  for (let factor = inputPooling * 2 ** outputLevel, k = 1; factor > 1; factor /= 2, k++) {
    x = part.upsample(x, `upsample${k}`);
  }
  x = part.concatenate([x, image], 'skip');
  x = part.passingConv(x, 'mix', width, { passed: { channels, from: width }, error });
  x = part.activation(x, 'mix_relu', 'relu');
  return part.passingConv(x, 'image', channels, { passed: { channels, from: 0 }, error });
}

/** What of the input a head changes. */
interface Changed {
  /** The image that its change is added to. */
  base: tf.SymbolicTensor;
  contrast?: tf.SymbolicTensor;
  /** Whether it makes the contrast grow, 1, or fade, −1. */
  sign?: number;
}

/** k 3×3 convolutions down to one channel, brought to the size and range of the image. */
function head(
  layers: LayerFactory,
  { base, contrast, sign = 1 }: Changed,
  features: tf.SymbolicTensor,
  depth: number,
  options: GeneratorOptions,
): tf.SymbolicTensor {
  const { kind, inputPooling, outputLevel, output, residualBound } = options;
  const factor = inputPooling * 2 ** outputLevel;
  if (options.subPixel) return pixelHead(layers, features, depth, factor, options);
  const isImage = makesImages(kind);
  const channels = isImage ? options.channels : 1;
  let x = features;
  for (let k = 1; k < depth; k++) {
    x = layers.activation(layers.conv(x, `head${k}`, options.width, 3, { useBias: true }), `head${k}_relu`, 'relu');
  }
  const seen = x;
  // Small last weights: at the start a residual generator changes almost nothing.
  x = layers.conv(x, `head${depth}`, 1, 3, { useBias: true, stddev: output === 'plain' ? 0.05 : 0.01 });
  if (output === 'plain' || !isImage) {
    const made = layers.activation(x, 'sigmoid', 'sigmoid');
    return repeatChannels(layers, factor > 1 ? layers.fixedUpsample(made, 'upsample', factor, 1) : made, channels);
  }
  const bounded = layers.activation(x, 'tanh', 'tanh');
  const change = repeatChannels(layers, layers.fixedUpsample(bounded, 'upsample', factor, residualBound), channels);
  const changes = contrast ? [change, contrastChange(layers, contrast, seen, { factor, sign })] : [change];
  return layers.clip(layers.add([base, ...changes], 'sum'), 'clip');
}

/** Side of the window whose mean the local contrast is told from, of images of 224 pixels: wider than vessels and ribs are. */
const window = 15;

/** x − its local mean. */
function localContrast(layers: LayerFactory, image: tf.SymbolicTensor): tf.SymbolicTensor {
  const mean = layers.localMean(image, 'local_mean', window);
  return layers.add([image, layers.fixedUpsample(mean, 'minus_mean', 1, -1)], 'local_contrast');
}

/** ± g times the local contrast, g in [0, 1] made of what the last convolution of a head sees. */
function contrastChange(
  layers: LayerFactory,
  contrast: tf.SymbolicTensor,
  features: tf.SymbolicTensor,
  { factor, sign }: { factor: number; sign: number },
): tf.SymbolicTensor {
  const made = layers.conv(features, 'contrast', 1, 3, { useBias: true, stddev: 0.01 });
  const bounded = layers.activation(layers.activation(made, 'contrast_tanh', 'tanh'), 'contrast_relu', 'relu');
  const gain = layers.fixedUpsample(bounded, 'contrast_gain', factor, sign);
  return layers.multiply([contrast, gain], 'contrast_change');
}

/** k 3×3 convolutions down to the pixels of each block. */
function pixelHead(
  layers: LayerFactory,
  features: tf.SymbolicTensor,
  depth: number,
  factor: number,
  { width }: GeneratorOptions,
): tf.SymbolicTensor {
  const passed = { channels: factor ** 2, from: 0 };
  let x = features;
  for (let k = 1; k < depth; k++) {
    x = layers.activation(layers.passingConv(x, `pixels${k}`, width, { passed, error }), `pixels${k}_relu`, 'relu');
  }
  x = layers.passingConv(x, 'pixels', factor ** 2, { passed, error });
  return layers.clip(layers.unfold(x, 'unfold', factor), 'clip');
}

function repeatChannels(layers: LayerFactory, x: tf.SymbolicTensor, channels: 1 | 3): tf.SymbolicTensor {
  return channels === 1 ? x : layers.concatenate([x, x, x], 'channels');
}

function pairedWeights(model: tf.LayersModel): GeneratorNetwork['pairs'] {
  const byName = new Map(model.trainableWeights.map(weight => [weight.originalName, weight]));
  return [...byName].flatMap(([name, adversarial]) => {
    const similar = /^adversarial\d*_/.test(name) ? byName.get(name.replace(/^adversarial\d*_/, 'similar_')) : undefined;
    return similar ? [[similar, adversarial] as [tf.LayerVariable, tf.LayerVariable]] : [];
  });
}
