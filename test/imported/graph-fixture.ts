import type * as tf from '@tensorflow/tfjs';
import { seededRandom } from '../../src/models/random';

interface Weight {
  name: string;
  shape: number[];
  values: number[];
  dtype?: 'float32' | 'int32';
}

export interface GraphOptions {
  size?: number;
  channels?: 1 | 3;
  classes?: number;
  /** Last operation. */
  activation?: 'Softmax' | 'Sigmoid' | 'none';
  /** −1: any number of images. */
  batch?: number;
  /** Also a max pooling of values of either sign, and a depthwise convolution. */
  deep?: boolean;
}

const base64 = (text: string): string => btoa(text);
const listOf = (...numbers: number[]): object => ({ list: { i: numbers.map(String) } });
const spatial = (strides: number, padding: 'SAME' | 'VALID'): Record<string, object> => ({
  T: { type: 'DT_FLOAT' },
  strides: listOf(1, strides, strides, 1),
  padding: { s: base64(padding) },
  data_format: { s: base64('NHWC') },
  dilations: listOf(1, 1, 1, 1),
});

/**
 * A frozen TensorFlow graph as the converter writes it (JSON of a GraphDef, fused convolutions and all):
 * conv 3×3/2 + bias + ReLU → conv 3×3 + bias → [max pooling → depthwise 3×3] → mean → dense → softmax.
 */
export function graphArtifacts(options: GraphOptions = {}): tf.io.ModelArtifacts {
  const { size = 32, channels = 3, classes = 3, activation = 'Softmax', batch = -1, deep = false } = options;
  const random = seededRandom('graph');
  const weights: Weight[] = [];
  const weight = (name: string, shape: number[]): string => {
    const count = shape.reduce((a, b) => a * b, 1);
    weights.push({ name, shape, values: Array.from({ length: count }, () => random() - 0.45) });
    return name;
  };
  weights.push({ name: 'axes', shape: [2], values: [1, 2], dtype: 'int32' });
  const node = (name: string, op: string, input: string[], attr: Record<string, object> = {}): object => ({
    name,
    op,
    input,
    attr,
  });
  const fused = (operations: string[]): Record<string, object> => ({
    fused_ops: { list: { s: operations.map(base64) } },
    num_args: { i: '1' },
    epsilon: { f: 0 },
  });
  const dims = [batch, size, size, channels].map(side => ({ size: String(side) }));
  const features = deep ? 'deep' : 'features';
  const nodes = [
    node('image', 'Placeholder', [], { shape: { shape: { dim: dims } }, dtype: { type: 'DT_FLOAT' } }),
    node('first', '_FusedConv2D', ['image', weight('w1', [3, 3, channels, 4]), weight('b1', [4])], {
      ...spatial(2, 'SAME'),
      ...fused(['BiasAdd', 'Relu']),
    }),
    node('features', '_FusedConv2D', ['first', weight('w2', [3, 3, 4, 6]), weight('b2', [6])], {
      ...spatial(1, 'SAME'),
      ...fused(['BiasAdd']),
    }),
    ...(deep
      ? [
          node('pooled', 'MaxPool', ['features'], { ...spatial(2, 'SAME'), ksize: listOf(1, 3, 3, 1) }),
          node('deep', 'DepthwiseConv2dNative', ['pooled', weight('wd', [3, 3, 6, 1])], spatial(2, 'SAME')),
        ]
      : []),
    node('mean', 'Mean', [features, 'axes'], {
      keep_dims: { b: false },
      T: { type: 'DT_FLOAT' },
      Tidx: { type: 'DT_INT32' },
    }),
    node('dense', '_FusedMatMul', ['mean', weight('w3', [6, classes]), weight('b3', [classes])], {
      T: { type: 'DT_FLOAT' },
      transpose_a: { b: false },
      transpose_b: { b: false },
      ...fused(['BiasAdd']),
    }),
    ...(activation === 'none'
      ? []
      : [node('activation', activation, ['dense'], { T: { type: 'DT_FLOAT' } })]),
    node('Identity', 'Identity', [activation === 'none' ? 'dense' : 'activation'], {
      T: { type: 'DT_FLOAT' },
    }),
  ];
  const constants = weights.map(({ name, shape, dtype }) =>
    node(name, 'Const', [], {
      dtype: { type: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT' },
      value: {
        tensor: {
          dtype: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT',
          tensorShape: { dim: shape.map(side => ({ size: String(side) })) },
        },
      },
    }),
  );
  const parts = weights.map(
    ({ values, dtype }) =>
      new Uint8Array((dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values)).buffer),
  );
  const weightData = Uint8Array.from(parts.flatMap(part => [...part]));
  return {
    format: 'graph-model',
    modelTopology: { node: [...constants, ...nodes], versions: { producer: 440 } },
    weightSpecs: weights.map(({ name, shape, dtype = 'float32' }) => ({ name, shape, dtype })),
    weightData: weightData.buffer,
  };
}
