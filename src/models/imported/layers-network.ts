import type * as tf from '@tensorflow/tfjs';
import { ModelPackageError, type ImportedNetwork } from '../card';
import { InputMapping, type InputMappingConfig } from './input-mapping';
import { ToLogits, type ToLogitsConfig } from './to-logits';

/** Names of the layers that are put around an imported network. */
export const adapterNames = {
  image: 'explain_image',
  mapping: 'explain_input_mapping',
  logits: 'explain_logits',
} as const;

export interface AdaptedInput {
  /** Side of the prepared image. */
  size: number;
  classes: number;
  network: ImportedNetwork;
}

interface LayerJson {
  class_name: string;
  name: string;
  config: Record<string, unknown> & { name: string };
  inbound_nodes: [string, number, number, object][][];
}

interface FunctionalJson {
  name?: string;
  layers: LayerJson[];
  input_layers: [string, number, number][];
  output_layers: [string, number, number][];
}

interface TopologyJson {
  class_name?: string;
  config?: unknown;
  model_config?: TopologyJson;
}

/**
 * Puts a tfjs layers model behind the one input of this project, and its logits in place of its probabilities. Works on
 * the saved form, so that the result is one flat network in which every layer can be reached by name.
 *
 * The activation of the last layer is taken off where it is a sigmoid or softmax; only where it is hidden (in a nested
 * model, say) is it undone numerically.
 *
 * @returns artifacts of a functional model, [N, S, S, 1] in [0, 1] → logit [N, 1] or logits [N, K]
 * @throws ModelPackageError `format` for several inputs or outputs, or layers that TensorFlow.js computes otherwise
 */
export function adaptLayers(artifacts: tf.io.ModelArtifacts, adapted: AdaptedInput): tf.io.ModelArtifacts {
  const graph = functional(structuredClone(artifacts.modelTopology) as TopologyJson);
  refuseUnfaithful(graph.layers);
  const input = only(graph.input_layers, 'input')[0];
  const output = only(graph.output_layers, 'output')[0];
  const undo = takeOffActivation(graph, output, adapted.network.output);
  replaceInput(graph, input, adapted);
  const logits: ToLogitsConfig = { name: adapterNames.logits, classes: adapted.classes, undo };
  graph.layers.push({
    class_name: ToLogits.className,
    name: logits.name,
    config: { ...logits },
    inbound_nodes: [[[...graph.output_layers[0], {}]]],
  });
  graph.output_layers = [[logits.name, 0, 0]];
  return { ...artifacts, modelTopology: { class_name: 'Model', config: graph } };
}

/** A topology as a functional one; a sequential model becomes a chain. */
function functional(topology: TopologyJson): FunctionalJson {
  const model = topology.model_config ?? topology;
  const kind = model.class_name;
  if (kind === 'Model' || kind === 'Functional') return model.config as FunctionalJson;
  if (kind === 'Sequential') return chain(model.config as LayerJson[] | { name?: string; layers: LayerJson[] });
  throw new ModelPackageError(
    'format',
    `The classifier is a ${kind ?? 'thing without class_name'}; a Functional or Sequential Keras model is needed.`,
  );
}

function chain(config: LayerJson[] | { name?: string; layers: LayerJson[] }): FunctionalJson {
  const layers = Array.isArray(config) ? config : config.layers;
  const start: LayerJson =
    layers[0].class_name === 'InputLayer'
      ? layers[0]
      : inputLayer('explain_chain_input', findInputShape(layers[0]));
  const rest = layers[0] === start ? layers.slice(1) : layers;
  let before: [string, number, number] = [start.config.name, 0, 0];
  for (const layer of rest) {
    layer.name = layer.config.name;
    layer.inbound_nodes = [[[...before, {}]]];
    // The first node of a nested model is its own; the chain calls it a second time.
    before = [layer.name, Array.isArray(layer.config.layers) ? 1 : 0, 0];
  }
  start.name = start.config.name;
  start.inbound_nodes = [];
  return {
    name: Array.isArray(config) ? 'sequential' : config.name,
    layers: [start, ...rest],
    input_layers: [[start.name, 0, 0]],
    output_layers: [before],
  };
}

/** Shape of the first layer's input, perhaps inside a nested model. */
function findInputShape(layer: LayerJson): (number | null)[] {
  const found = inputShapeOf(layer);
  if (found) return found;
  throw new ModelPackageError('format', 'The sequential classifier does not say what shape its first layer reads.');
}

function inputShapeOf({ config }: LayerJson): (number | null)[] | undefined {
  const shape = config.batch_input_shape ?? config.batch_shape;
  if (Array.isArray(shape)) return shape as (number | null)[];
  const inner = config.layers as LayerJson[] | undefined;
  return inner?.map(inputShapeOf).find(found => found !== undefined);
}

/** Shape that a layers model says it reads, without the batch, e.g. [224, 224, 3]. */
export function layersInputShape(topology: object): (number | null)[] {
  const graph = functional(structuredClone(topology) as TopologyJson);
  const name = only(graph.input_layers, 'input')[0];
  const layer = graph.layers.find(other => other.name === name);
  return findInputShape(layer ?? graph.layers[0]).slice(1);
}

function inputLayer(name: string, batchInputShape: (number | null)[]): LayerJson {
  const config = { name, batch_input_shape: batchInputShape, dtype: 'float32', sparse: false };
  return { class_name: 'InputLayer', name, config, inbound_nodes: [] };
}

function only<T>(entries: readonly T[] | T, what: string): T {
  // Some writers give a lone [name, node, tensor] without the list around it.
  const list = (Array.isArray(entries) && typeof entries[0] === 'string' ? [entries] : entries) as readonly T[];
  if (list.length === 1) return list[0];
  throw new ModelPackageError(
    'format',
    `The classifier has ${list.length} ${what}s; it must have one. Export a model with the one that counts.`,
  );
}

/** Takes a sigmoid or softmax off the output layer. @returns what must be undone instead */
function takeOffActivation(
  graph: FunctionalJson,
  output: string,
  kind: ImportedNetwork['output'],
): ToLogitsConfig['undo'] {
  const layer = graph.layers.find(other => other.name === output);
  const found = layer && probabilityActivation(layer);
  if (found && kind !== found) {
    throw new ModelPackageError(
      'format',
      `The last layer "${output}" of the classifier applies a ${found}, but its output is said to be ${kind}.`,
    );
  }
  if (kind === 'logits') return 'nothing';
  if (!layer || !found) return kind;
  if (layer.class_name === 'Softmax') {
    layer.class_name = 'Activation';
    layer.config = { name: layer.config.name };
  }
  layer.config.activation = 'linear';
  return 'nothing';
}

function probabilityActivation({ class_name: kind, config }: LayerJson): 'sigmoid' | 'softmax' | undefined {
  if (kind === 'Softmax') return 'softmax';
  const { activation } = config;
  return activation === 'sigmoid' || activation === 'softmax' ? activation : undefined;
}

function replaceInput(graph: FunctionalJson, input: string, { size, network }: AdaptedInput): void {
  const mapping: InputMappingConfig = { name: adapterNames.mapping, input: network.input };
  for (const layer of graph.layers) {
    for (const node of layer.inbound_nodes) for (const from of node) if (from[0] === input) from[0] = mapping.name;
  }
  graph.layers = [
    inputLayer(adapterNames.image, [null, size, size, 1]),
    {
      class_name: InputMapping.className,
      name: mapping.name,
      config: { ...mapping },
      inbound_nodes: [[[adapterNames.image, 0, 0, {}]]],
    },
    ...graph.layers.filter(layer => layer.name !== input),
  ];
  graph.input_layers = [[adapterNames.image, 0, 0]];
}

/** TensorFlow.js ignores these settings, and would compute another network without a word. */
function refuseUnfaithful(layers: readonly LayerJson[]): void {
  for (const { class_name: kind, config } of layers) {
    if (Array.isArray(config.layers)) refuseUnfaithful(config.layers as LayerJson[]);
    if (kind !== 'ReLU') continue;
    const ignored = ['negative_slope', 'threshold'].find(name => Number(config[name] ?? 0) !== 0);
    if (ignored) {
      throw new ModelPackageError(
        'format',
        `The layer "${config.name}" is a ReLU with ${ignored} ${String(config[ignored])}, which TensorFlow.js ignores. ` +
          'Use LeakyReLU, or convert the classifier to a graph model.',
      );
    }
  }
}
