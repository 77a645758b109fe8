import type * as tf from '@tensorflow/tfjs';

/**
 * Inference form of a tfjs layers model: every batch norm that alone follows a convolution or dense layer is folded into
 * its weights, and every ReLU that alone follows one becomes its (fused) activation. A batch norm elsewhere, such as the
 * pre-activation of ResNet v2 after an addition, stays as it is.
 *
 * Works on the saved form (topology and weights), so it serves imported Keras models as well.
 *
 * @returns new artifacts; the outputs equal the original's up to rounding
 */
export function foldBatchNorms(artifacts: tf.io.ModelArtifacts): tf.io.ModelArtifacts {
  const topology = structuredClone(artifacts.modelTopology) as Topology;
  const config = topology.model_config ?? topology;
  if (config.class_name !== 'Model' && config.class_name !== 'Functional') return artifacts;
  const graph = new LayerGraph(config.config as GraphConfig);
  const weights = readWeights(artifacts);

  for (const layer of [...graph.layers]) {
    if (layer.class_name !== 'BatchNormalization') continue;
    const producer = graph.onlyProducer(layer);
    if (!producer || !isFoldable(producer) || !graph.isOnlyConsumer(layer, producer)) continue;
    if (!hasWeights(producer, layer, weights)) continue;
    foldInto(producer, layer, weights);
    graph.remove(layer, producer);
  }
  for (const layer of [...graph.layers]) {
    if (!isRelu(layer)) continue;
    const producer = graph.onlyProducer(layer);
    if (!producer || !isFoldable(producer) || !graph.isOnlyConsumer(layer, producer)) continue;
    producer.config.activation = 'relu';
    graph.remove(layer, producer);
  }
  return { ...artifacts, modelTopology: topology, ...writeWeights(weights) };
}

interface LayerConfig {
  name: string;
  class_name: string;
  config: { name: string; activation?: string; use_bias?: boolean; epsilon?: number; max_value?: number | null } & Record<
    string,
    unknown
  >;
  /** One entry a call: a list of [layer, node, tensor, arguments]. */
  inbound_nodes: [string, number, number, object][][];
}

interface GraphConfig {
  layers: LayerConfig[];
  input_layers: [string, number, number][];
  output_layers: [string, number, number][];
}

interface Topology {
  class_name: string;
  config: unknown;
  model_config?: Topology;
}

class LayerGraph {
  constructor(private readonly graph: GraphConfig) {}

  get layers(): LayerConfig[] {
    return this.graph.layers;
  }

  /** The one layer a layer reads, if it is called once and reads one tensor. */
  onlyProducer(layer: LayerConfig): LayerConfig | undefined {
    if (layer.inbound_nodes.length !== 1 || layer.inbound_nodes[0].length !== 1) return undefined;
    const producer = this.layers.find(other => other.name === layer.inbound_nodes[0][0][0]);
    return producer?.inbound_nodes.length === 1 ? producer : undefined;
  }

  /** True when nobody but `layer` reads `producer`, and it is not an output of the model. */
  isOnlyConsumer(layer: LayerConfig, producer: LayerConfig): boolean {
    if (this.graph.output_layers.some(([name]) => name === producer.name)) return false;
    return this.layers.every(
      other =>
        other === layer || !other.inbound_nodes.some(node => node.some(([name]) => name === producer.name)),
    );
  }

  /** Takes a layer out; what read it reads `replacement` instead. */
  remove(layer: LayerConfig, replacement: LayerConfig): void {
    this.graph.layers = this.layers.filter(other => other !== layer);
    for (const other of this.layers) {
      for (const node of other.inbound_nodes) {
        for (const input of node) if (input[0] === layer.name) input[0] = replacement.name;
      }
    }
    for (const output of this.graph.output_layers) {
      if (output[0] === layer.name) output[0] = replacement.name;
    }
  }
}

interface WeightArray {
  shape: number[];
  values: Float32Array;
}

type WeightMap = Map<string, WeightArray>;

function isFoldable(layer: LayerConfig): boolean {
  const linear = layer.config.activation === undefined || layer.config.activation === 'linear';
  return (layer.class_name === 'Conv2D' || layer.class_name === 'Dense') && linear;
}

function isRelu(layer: LayerConfig): boolean {
  if (layer.class_name === 'Activation') return layer.config.activation === 'relu';
  return layer.class_name === 'ReLU' && (layer.config.max_value ?? null) === null;
}

/** Whether the weights go by the layers' names; in models made elsewhere they need not, and then nothing is folded. */
function hasWeights(producer: LayerConfig, norm: LayerConfig, weights: WeightMap): boolean {
  return [`${producer.name}/kernel`, `${norm.name}/moving_mean`, `${norm.name}/moving_variance`].every(name =>
    weights.has(name),
  );
}

/** w' = w · γ/√(σ² + ε), b' = (b − μ) · γ/√(σ² + ε) + β, per output channel. */
function foldInto(producer: LayerConfig, norm: LayerConfig, weights: WeightMap): void {
  const kernel = required(weights, `${producer.name}/kernel`);
  const channels = kernel.shape[kernel.shape.length - 1];
  const bias = weights.get(`${producer.name}/bias`)?.values ?? new Float32Array(channels);
  const mean = required(weights, `${norm.name}/moving_mean`).values;
  const variance = required(weights, `${norm.name}/moving_variance`).values;
  const gamma = weights.get(`${norm.name}/gamma`)?.values;
  const beta = weights.get(`${norm.name}/beta`)?.values;
  const epsilon = norm.config.epsilon ?? 1e-3;
  const scale = Float32Array.from(variance, (v, c) => (gamma ? gamma[c] : 1) / Math.sqrt(v + epsilon));

  weights.set(`${producer.name}/kernel`, {
    shape: kernel.shape,
    values: kernel.values.map((value, index) => value * scale[index % channels]),
  });
  weights.set(`${producer.name}/bias`, {
    shape: [channels],
    values: Float32Array.from(scale, (s, c) => (bias[c] - mean[c]) * s + (beta ? beta[c] : 0)),
  });
  for (const name of ['gamma', 'beta', 'moving_mean', 'moving_variance']) weights.delete(`${norm.name}/${name}`);
  producer.config.use_bias = true;
}

function required(weights: WeightMap, name: string): WeightArray {
  const weight = weights.get(name);
  if (!weight) throw new Error(`the weight ${name} is missing`);
  return weight;
}

function readWeights(artifacts: tf.io.ModelArtifacts): WeightMap {
  const data = artifacts.weightData;
  if (!(data instanceof ArrayBuffer)) throw new Error('weights must be one buffer');
  const weights: WeightMap = new Map();
  let offset = 0;
  for (const spec of artifacts.weightSpecs ?? []) {
    if (spec.dtype !== 'float32' || spec.quantization) throw new Error(`${spec.name} is not plain float32`);
    const length = spec.shape.reduce((a, b) => a * b, 1);
    weights.set(spec.name, { shape: spec.shape, values: new Float32Array(data, offset, length) });
    offset += 4 * length;
  }
  return weights;
}

function writeWeights(weights: WeightMap): Pick<tf.io.ModelArtifacts, 'weightSpecs' | 'weightData'> {
  const specs: tf.io.WeightsManifestEntry[] = [];
  const length = [...weights.values()].reduce((sum, weight) => sum + weight.values.length, 0);
  const all = new Float32Array(length);
  let offset = 0;
  for (const [name, { shape, values }] of weights) {
    specs.push({ name, shape, dtype: 'float32' });
    all.set(values, offset);
    offset += values.length;
  }
  return { weightSpecs: specs, weightData: all.buffer };
}
