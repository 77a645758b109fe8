import type * as tf from '@tensorflow/tfjs';
import { ModelPackageError, type ImportedNetwork } from '../card';
import { InputMapping, type InputMappingConfig } from './input-mapping';
import {
  readKerasModel,
  refuseLayer,
  statedShape,
  type KerasLayer,
  type KerasModel,
  type TensorSource,
} from './keras-model';
import { answeredRank, knownLayer, type KnownLayer } from './known-layers';
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
  /** The classes are labels, each with a logit of its own. */
  independent?: boolean;
  network: ImportedNetwork;
}

interface LayerJson {
  class_name: string;
  name: string;
  config: Record<string, unknown> & { name: string };
  inbound_nodes: [string, number, number, object][][];
}

interface FunctionalJson {
  name: string;
  layers: LayerJson[];
  input_layers: [string, number, number][];
  output_layers: [string, number, number][];
}

/**
 * Puts a tfjs layers model behind the one input of this project, and its logits in place of its probabilities. Works on
 * the saved form, so that the result is one flat network in which every layer can be reached by name.
 *
 * The activation of the last layer is taken off where it is a sigmoid or softmax; where it is not the last thing done
 * (a reshape follows, say) it is undone numerically.
 *
 * @returns artifacts of a functional model, [N, S, S, 1] in [0, 1] → logit [N, 1] or logits [N, K]
 * @throws ModelPackageError `format` for several inputs or outputs, or layers that TensorFlow.js computes otherwise
 */
export function adaptLayers(artifacts: tf.io.ModelArtifacts, adapted: AdaptedInput): tf.io.ModelArtifacts {
  const faithful = networkArtifacts(artifacts, adapted.network.format);
  const graph = (faithful.modelTopology as unknown as { config: FunctionalJson }).config;
  const input = only(graph.input_layers, 'input')[0];
  const output = only(graph.output_layers, 'output')[0];
  const undo = takeOffActivation(graph, output, adapted.network.output);
  replaceInput(graph, input, adapted);
  const { classes, independent } = adapted;
  const logits: ToLogitsConfig = { name: adapterNames.logits, classes, undo, ...(independent && { independent }) };
  graph.layers.push({
    class_name: ToLogits.className,
    name: logits.name,
    config: { ...logits },
    inbound_nodes: [[[...graph.output_layers[0], {}]]],
  });
  graph.output_layers = [[logits.name, 0, 0]];
  return faithful;
}

/** Shape that a layers model says it reads, without the batch, e.g. [224, 224, 3]. */
export function layersInputShape(topology: object): (number | null)[] {
  const { layers, inputs } = readKerasModel(topology);
  const { layer } = only(inputs, 'input');
  const shape = statedShape(layers.find(({ name }) => name === layer)!.config);
  if (shape) return shape.slice(1);
  throw new ModelPackageError('format', 'The classifier does not say what shape it reads.');
}

/**
 * A network as it is run, before anything is put around it: that of a Keras model made faithful, that of an ONNX graph as the
 * import wrote it.
 *
 * @throws ModelPackageError `format` naming the layer that is not known to be computed right
 */
export function networkArtifacts(
  artifacts: tf.io.ModelArtifacts,
  format: ImportedNetwork['format'],
): tf.io.ModelArtifacts {
  if (format !== 'onnx') return faithfulArtifacts(artifacts);
  return { ...artifacts, modelTopology: structuredClone(artifacts.modelTopology) };
}

/**
 * The network of a saved Keras model, flat, in the form in which TensorFlow.js computes what Keras does.
 *
 * @throws ModelPackageError `format` naming the layer that is not known to be computed right
 */
export function faithfulArtifacts(artifacts: tf.io.ModelArtifacts): tf.io.ModelArtifacts {
  const model = readKerasModel(artifacts.modelTopology as object);
  const config = functional(model);
  const weightSpecs = artifacts.weightSpecs?.map(spec => ({ ...spec, name: weightName(spec.name, model) }));
  return { ...artifacts, modelTopology: { class_name: 'Model', config }, weightSpecs };
}

/** Keras 3 calls the kernel of a depthwise convolution as any other. */
function weightName(name: string, { layers }: KerasModel): string {
  const layer = name.replace(/\/kernel$/, '');
  const isDepthwise =
    layer !== name && layers.some(each => each.name === layer && each.className === 'DepthwiseConv2D');
  return isDepthwise ? `${layer}/depthwise_kernel` : name;
}

function functional({ version, layers, inputs, outputs }: KerasModel): FunctionalJson {
  const byName = new Map(layers.map(layer => [layer.name, layer]));
  const ranks = new Map<string, number>();
  const rankOf = (at: string): number => {
    const found = ranks.get(at);
    if (found !== undefined) return found;
    const layer = byName.get(at)!;
    const rank = answeredRank(layer, layer.calls[0]?.[0] && rankOf(layer.calls[0][0].layer));
    ranks.set(at, rank);
    return rank;
  };
  /** Layers whose answer another layer finishes. */
  const finished = new Map<string, string>();
  const made: LayerJson[] = [];
  const add = ({ className, config }: KnownLayer, calls: TensorSource[][]): void => {
    const inbound = calls.map(call => call.map(reference));
    const named = config as LayerJson['config'];
    made.push({ class_name: className, name: named.name, config: named, inbound_nodes: inbound });
  };
  for (const layer of layers) {
    if (layer.className === 'InputLayer') {
      made.push(inputLayer(layer.name, inputShapeOf(layer)));
      continue;
    }
    const reads = layer.calls.flat().map(({ layer: at }) => rankOf(at));
    const known = knownLayer(layer, { ranks: reads, version });
    add(known, layer.calls);
    if (!known.followedBy) continue;
    add(
      known.followedBy,
      layer.calls.map((_, call) => [{ layer: layer.name, call, output: 0 }]),
    );
    finished.set(layer.name, String(known.followedBy.config.name));
  }
  const finish = (at: string): string => finished.get(at) ?? at;
  const isFinisher = new Set(finished.values());
  for (const layer of made) {
    if (isFinisher.has(layer.name)) continue;
    for (const node of layer.inbound_nodes) for (const from of node) from[0] = finish(from[0]);
  }
  const end = (source: TensorSource): [string, number, number] => {
    const [at, call, output] = reference(source);
    return [finish(at), call, output];
  };
  return { name: 'classifier', layers: made, input_layers: inputs.map(end), output_layers: outputs.map(end) };
}

function reference({ layer, call, output }: TensorSource): [string, number, number, object] {
  return [layer, call, output, {}];
}

function inputShapeOf({ name, className, config }: KerasLayer): (number | null)[] {
  const { dtype, sparse, ragged } = config;
  if ((dtype ?? 'float32') !== 'float32') refuseLayer(name, className, `reads ${JSON.stringify(dtype)}, not float32`);
  if (sparse || ragged) refuseLayer(name, className, 'reads sparse or ragged tensors');
  const shape = statedShape(config);
  return shape ?? refuseLayer(name, className, 'does not say what shape it reads');
}

function inputLayer(name: string, batchInputShape: (number | null)[]): LayerJson {
  const config = { name, batch_input_shape: batchInputShape, dtype: 'float32', sparse: false };
  return { class_name: 'InputLayer', name, config, inbound_nodes: [] };
}

function only<T>(entries: readonly T[], what: string): T {
  if (entries.length === 1) return entries[0];
  throw new ModelPackageError(
    'format',
    `The classifier has ${entries.length} ${what}s; it must have one. Export a model with the one that counts.`,
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
