import * as tf from '@tensorflow/tfjs';
import { withFilm, type ExplainContext, type ExplainedInput, type FilmSettings } from '../../src/explain';
import type { PreparedImage } from '../../src/models/preparation';
import type { GeneratorKind, ModelCard } from '../../src/models/card';
import { seededRandom } from '../../src/models/random';

export const size = 32;

/** A card with what the explanation code reads; calibration slope 2, intercept −1, operating point 0.5. */
export function testCard(overrides: Partial<ModelCard> = {}): ModelCard {
  return {
    id: 'test-model',
    version: '1.0.0',
    title: 'Test model',
    input: { size, channels: 1, range: [0, 1], fit: 'stretch', equalise: false },
    operatingPoint: 0.5,
    calibration: { method: 'platt', slope: 2, intercept: -1, fittedOn: 'val', reliability: [] },
    classifier: {
      path: 'classifier/model.json',
      architecture: 'test',
      featureLayer: 'features',
      training: {},
    },
    generators: {},
    augmentation: {
      rotationDegrees: 10,
      shiftFraction: 0.1,
      zoom: [0.9, 1.1],
      horizontalFlip: true,
      verticalFlip: false,
      count: 10,
    },
    ...overrides,
  } as ModelCard;
}

/** One prepared image explained by one method. */
export function explainInput(
  ctx: ExplainContext,
  prepared: PreparedImage,
  settings: FilmSettings,
): Promise<ExplainedInput> {
  return withFilm(ctx, prepared, session => session.explain(settings));
}

export function context(
  classifier: tf.LayersModel,
  generators: ExplainContext['generators'] = {},
  channels: 1 | 3 = 1,
): ExplainContext {
  const card = testCard({ generators: cardEntries(Object.keys(generators)) });
  return { card: { ...card, input: { ...card.input, channels } }, classifier, generators };
}

/** Entries of generators whose ids are their kinds, perhaps with a suffix: `single2`, `single2-plain`. */
function cardEntries(ids: readonly string[]): ModelCard['generators'] {
  const entry = (id: string): ModelCard['generators'][string] => ({
    kind: id.split('-')[0] as GeneratorKind,
    path: `generators/${id}/model.json`,
    title: id,
    output: 'residual',
    training: {},
  });
  return Object.fromEntries(ids.map(id => [id, entry(id)]));
}

/** Uniform values in [0, 1), seeded. */
export function randomImages(count: number, channels = 1, seed = 1): tf.Tensor4D {
  const random = seededRandom(seed);
  const values = Float32Array.from({ length: count * size * size * channels }, () => random());
  return tf.tensor4d(values, [count, size, size, channels]);
}

/** logit = Σ w·x + bias: every gradient is known exactly. */
export function linearClassifier(weights: Float32Array, bias: number): tf.LayersModel {
  const model = tf.sequential({
    layers: [tf.layers.flatten({ inputShape: [size, size, 1] }), tf.layers.dense({ units: 1 })],
  });
  model.layers[1].setWeights([tf.tensor2d(weights, [weights.length, 1]), tf.tensor1d([bias])]);
  return model;
}

/** A small residual network with strides, batch norm, fused ReLU and linear convolutions. */
export function residualClassifier(channels = 1): tf.LayersModel {
  let seed = 1;
  const conv = (filters: number, options: object = {}): tf.layers.Layer =>
    tf.layers.conv2d({
      filters,
      kernelSize: 3,
      padding: 'same',
      kernelInitializer: tf.initializers.heNormal({ seed: seed++ }),
      biasInitializer: tf.initializers.randomNormal({ stddev: 0.1, seed: seed++ }),
      ...options,
    });
  const input = tf.input({ shape: [size, size, channels] });
  const stem = conv(4, { strides: 2, activation: 'relu' }).apply(input) as tf.SymbolicTensor;
  const branch = conv(4).apply(conv(4, { activation: 'relu' }).apply(stem)) as tf.SymbolicTensor;
  const sum = tf.layers.add().apply([stem, branch]) as tf.SymbolicTensor;
  const normed = tf.layers
    .batchNormalization({
      movingMeanInitializer: tf.initializers.constant({ value: 0.3 }),
      movingVarianceInitializer: tf.initializers.constant({ value: 2 }),
    })
    .apply(sum) as tf.SymbolicTensor;
  const features = tf.layers.reLU({ name: 'features' }).apply(normed) as tf.SymbolicTensor;
  const pooled = tf.layers.globalAveragePooling2d({}).apply(features) as tf.SymbolicTensor;
  const logit = tf.layers
    .dense({ units: 1, kernelInitializer: tf.initializers.randomNormal({ seed: 99 }) })
    .apply(pooled) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: logit });
}

/** Two 1×1 convolutions: x_s = similar·x, x_a = adversarial·x, channel by channel. */
export function scalingPair(similar: number, adversarial: number, channels = 1): tf.LayersModel {
  const input = tf.input({ shape: [size, size, channels] });
  const outputs = [similar, adversarial].map(factor => scaling(input, factor, channels));
  return tf.model({ inputs: input, outputs });
}

/** x_a = factor·x alone. */
export function scalingNaive(factor: number): tf.LayersModel {
  const input = tf.input({ shape: [size, size, 1] });
  return tf.model({ inputs: input, outputs: scaling(input, factor, 1) });
}

function scaling(input: tf.SymbolicTensor, factor: number, channels: number): tf.SymbolicTensor {
  const layer = tf.layers.conv2d({ filters: channels, kernelSize: 1, useBias: false });
  const output = layer.apply(input) as tf.SymbolicTensor;
  layer.setWeights([tf.tidy(() => tf.eye(channels).mul(factor).reshape([1, 1, channels, channels]))]);
  return output;
}
