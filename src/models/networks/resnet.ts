import * as tf from '@tensorflow/tfjs';
import { LayerFactory, type BuildOptions } from './blocks';

/** Layers with weights; 10 is 18 with one block a stage. */
export type ResNetDepth = keyof typeof stageBlocks;

export interface ResNetOptions extends BuildOptions {
  depth: ResNetDepth;
  /** Filters of the first stage (64 in the paper). */
  width: number;
  /** Side of the square input, pixels; a multiple of 32. */
  size: number;
  channels: 1 | 3;
  /** What the logit is computed from: the globally averaged features, or the scores of the cells of the last feature map. */
  head: 'features' | 'cells';
  /** Findings that do not exclude each other: a logit each. Absent: two classes, one logit. */
  labels?: number;
  /** Classes that exclude each other, of which there are more than two: a logit each. */
  classes?: number;
}

export interface ClassifierNetwork {
  /** [N, S, S, C] in [0, 1] → logit [N, 1], or one a label or class. What is saved. */
  model: tf.LayersModel;
  /**
   * [N, S, S, C] → [logit [N, 1], cell logits [N, K, K, 1] (or one a label)], K = S/32 (`head: 'cells'`: S/16); shares every layer with
   * `model`. Training only.
   */
  trainingModel: tf.LayersModel;
  /** Name of the layer with the last convolution features. */
  featureLayer: string;
}

const stageBlocks = { 10: [1, 1, 1, 1], 18: [2, 2, 2, 2], 50: [3, 4, 6, 3] } as const;

export const resNetDepths: readonly ResNetDepth[] = [10, 18, 50];

/**
 * ResNet v2 (He et al. 2016, "Identity Mappings in Deep Residual Networks") with one logit.
 *
 * Differs from the paper in its stem: batch norm and ReLU before the pooling, and average instead of max pooling (tfjs's
 * wasm max-pool gradient is wrong for windows of negative values).
 */
export function buildResNet(options: ResNetOptions): ClassifierNetwork {
  const { depth, width, size, channels, head } = options;
  if (size % 32 !== 0) throw new RangeError(`The input size of a ResNet must be a multiple of 32, not ${size}.`);
  const layers = new LayerFactory(options.seed);
  const input = tf.input({ shape: [size, size, channels], name: 'image' });

  let x = layers.convNormRelu(input, 'stem', width, 7, 2);
  x = layers.averagePool(x, 'stem_pool', 2);
  stageBlocks[depth].forEach((blocks, stage) => {
    for (let block = 0; block < blocks; block++) {
      const part = layers.part(`stage${stage + 1}_block${block + 1}`);
      const strides = block === 0 && stage > 0 && !(head === 'cells' && stage === 3) ? 2 : 1;
      const filters = width * 2 ** stage;
      const isFirst = block === 0;
      x = depth === 50 ? bottleneck(part, x, filters, strides, isFirst) : basicBlock(part, x, filters, strides, isFirst);
    }
  });
  const features = layers.normRelu(x, 'features');
  if (head === 'cells' && options.classes) {
    throw new RangeError('Cells are scored for findings; classes that exclude each other need --head features.');
  }
  const headOf = head === 'features' ? featureHead : options.labels ? labelCellHead : cellHead;
  const [logit, cells] = headOf(layers, features, options);
  return {
    model: tf.model({ inputs: input, outputs: logit }),
    trainingModel: tf.model({ inputs: input, outputs: [logit, cells] }),
    featureLayer: 'features_relu',
  };
}

type Head = [logit: tf.SymbolicTensor, cells: tf.SymbolicTensor];

/** The logit sees the averaged features; the cells are an auxiliary output that shapes the features in training. */
function featureHead(
  layers: LayerFactory,
  features: tf.SymbolicTensor,
  { labels = 1, classes }: Pick<ResNetOptions, 'labels' | 'classes'>,
): Head {
  const pooled = layers.globalPool(features, 'pool', 'average');
  const logit = layers.dense(pooled, 'logit', classes ?? labels);
  return [logit, layers.conv(features, 'cells', labels, 1, { useBias: true })];
}

/**
 * The logit sees the mean and the maximum of the cell scores alone, each averaged over 3×3 cells. In training the image
 * loss stops there, so that only what is known of places teaches the features: otherwise the network hides the image's
 * class in one cell.
 */
function cellHead(layers: LayerFactory, features: tf.SymbolicTensor): Head {
  const cells = layers.conv(features, 'cells', 1, 1, { useBias: true });
  const smooth = layers.averagePool(cells, 'cells_smooth', 3, 1);
  const scores = layers.stopTrainingGradient(layers.activation(smooth, 'cells_score', 'sigmoid'), 'cells_stop');
  const pooled = (['average', 'maximum'] as const).map(how => layers.globalPool(scores, `cells_${how}`, how));
  // More opacity, more score: from random weights of either sign, so few steps of the image loss may not get there.
  return [layers.dense(layers.concatenate(pooled, 'cells_pooled'), 'logit', 1, 2), cells];
}

/**
 * Each label has a score in every cell. Its logit sees the highest, the highest mean of 2×2 cells and the mean of all, so that a
 * finding of one cell counts as one of many does; of the other labels it sees the same, at first not at all. The scores are as
 * they are: squashed ones would hand no gradient on where a finding is surely absent, and a generator could not learn to draw it.
 */
function labelCellHead(layers: LayerFactory, features: tf.SymbolicTensor, { labels = 1 }: Pick<ResNetOptions, 'labels'>): Head {
  const cells = layers.conv(features, 'cells', labels, 1, { useBias: true });
  const pooled = [
    layers.globalPool(cells, 'cells_maximum', 'maximum'),
    layers.globalPool(layers.averagePool(cells, 'cells_smooth', 2, 1), 'cells_smooth_maximum', 'maximum'),
    layers.globalPool(cells, 'cells_average', 'average'),
  ];
  const statistics = layers.concatenate(pooled, 'cells_pooled');
  return [layers.ownColumns(statistics, 'logit', labels, 1 / pooled.length), cells];
}

/** Two 3×3 convolutions, each after batch norm and ReLU. */
function basicBlock(
  layers: LayerFactory,
  x: tf.SymbolicTensor,
  filters: number,
  strides: number,
  isFirst: boolean,
): tf.SymbolicTensor {
  const active = layers.normRelu(x, 'in');
  const inputFilters = x.shape[3] as number;
  const needsProjection = strides > 1 || (isFirst && inputFilters !== filters);
  const shortcut = needsProjection ? layers.conv(active, 'shortcut', filters, 1, { strides }) : x;
  const middle = layers.convNormRelu(active, 'middle', filters, 3, strides);
  return layers.add([shortcut, layers.conv(middle, 'out', filters, 3)], 'sum');
}

/** 1×1, 3×3 and 1×1 convolutions; four times as many filters leave as pass through the middle. */
function bottleneck(
  layers: LayerFactory,
  x: tf.SymbolicTensor,
  filters: number,
  strides: number,
  isFirst: boolean,
): tf.SymbolicTensor {
  const active = layers.normRelu(x, 'in');
  const shortcut = isFirst ? layers.conv(active, 'shortcut', 4 * filters, 1, { strides }) : x;
  const reduced = layers.convNormRelu(active, 'reduce', filters, 1);
  const middle = layers.convNormRelu(reduced, 'middle', filters, 3, strides);
  return layers.add([shortcut, layers.conv(middle, 'out', 4 * filters, 1)], 'sum');
}
