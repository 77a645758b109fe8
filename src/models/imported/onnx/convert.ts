import type * as tf from '@tensorflow/tfjs';
import { mostOfImage } from '../../layer-sizes';
import { product, type Constant } from './constant';
import { ConstantBudget, constantOf, folded, valuesIn } from './fold-constants';
import { channelsLast, Network, type Value } from './network';
import { operators } from './operators';
import { Call, type Result } from './operators/call';
import { refuse, type OnnxGraph, type OnnxNode } from './read';
import { simplify } from './simplify';

/** Where a tensor of the ONNX graph is found in the network. */
export interface Place extends Pick<Value, 'layer' | 'axes'> {
  /** Name in the graph. */
  tensor: string;
  /** Operator that makes it, and its node's name. */
  op: string;
  node: string;
}

export interface ConvertedNetwork {
  /** Layers format; reads [images, rows, columns, channels]. */
  artifacts: tf.io.ModelArtifacts;
  /** What ends the network. */
  output: 'sigmoid' | 'softmax' | 'logits';
  /** Numbers an image. */
  answers: number;
  /** In the graph's order; only what the network computes with its values in an order that is known. */
  places: Place[];
}

export interface ConversionOptions {
  /** Rows and columns, where the file leaves them open. */
  size?: readonly [number, number];
  /** Indexes of the answers to keep, in the network's order; default: all. */
  kept?: readonly number[];
}

/**
 * Makes a layers model of an ONNX graph: channels last, with the filters turned once and for all, batch norms folded, shapes
 * fixed. Differentiable by its input.
 *
 * @throws ModelPackageError `format` naming the node that is not known, or what of it
 */
export function convertOnnx(given: OnnxGraph, { size, kept }: ConversionOptions = {}): ConvertedNetwork {
  refuseUnknown(given);
  const graph = simplify(given);
  const dims = inputDims(graph, size);
  const [, channels, rows, columns] = dims;
  const network = new Network('image', [rows, columns], channels);
  const image: Value = { layer: network.input, shape: [1, rows, columns, channels], axes: channelsLast };
  const results = new Map<string, Result>([[graph.input.name, { value: image }]]);
  for (const [name, constant] of graph.constants) results.set(name, { constant });
  const places: Place[] = [];
  const budget = new ConstantBudget(valuesIn(graph.constants.values()));
  for (const node of graph.nodes) {
    const made = compute(node, graph.opset, network, results, budget);
    node.outputs.forEach((tensor, index) => {
      if (tensor === '' || !made[index]) return;
      const result = made[index];
      results.set(tensor, result);
      if ('value' in result && !result.value.flattenedFrom) {
        const { layer, axes } = result.value;
        places.push({ tensor, op: node.op, node: node.name, layer, axes });
      }
    });
  }
  const output = results.get(graph.output);
  if (!output || !('value' in output)) refuse('The output of the ONNX graph does not depend on its input.');
  const { value, kind, answers } = ending(network, graph, results, output.value, kept);
  const artifacts: tf.io.ModelArtifacts = { format: 'layers-model', ...network.finish(value) };
  const needed = new Set(layerNames(artifacts));
  return { artifacts, output: kind, answers, places: places.filter(({ layer }) => needed.has(layer)) };
}

function layerNames({ modelTopology }: tf.io.ModelArtifacts): string[] {
  const { config } = modelTopology as unknown as { config: { layers: { name: string }[] } };
  return config.layers.map(({ name }) => name);
}

/** Operators that are gone before the network is made. */
const constantOperators = ['Constant', 'ConstantOfShape', 'Mod', 'Equal', 'Floor', 'Ceil', 'Expand', 'Where'];

/** All at once, so that one export mends them all. */
function refuseUnknown({ nodes }: OnnxGraph): void {
  const isKnown = (op: string): boolean => Object.hasOwn(operators, op) || constantOperators.includes(op);
  const unknown = [...new Set(nodes.filter(({ op }) => !isKnown(op)).map(({ op }) => op))];
  if (unknown.length === 0) return;
  const first = nodes.find(({ op }) => op === unknown[0])!;
  refuse(
    `The ONNX graph has ${unknown.length === 1 ? 'an operator that is' : 'operators that are'} not known here: ${unknown.join(', ')} ` +
      `(the first is the node "${first.name}"). Known are ${Object.keys(operators).sort().join(', ')}.`,
  );
}

/** [1, channels, rows, columns] */
function inputDims({ input }: OnnxGraph, size: ConversionOptions['size']): [number, number, number, number] {
  const [, channels, rows, columns] = input.dims;
  const shape = `[${input.dims.map(dim => dim ?? 'any').join(', ')}]`;
  if (channels === null) refuse(`The ONNX graph reads ${shape} and leaves the channels open.`);
  const [down, across] = [rows ?? size?.[0], columns ?? size?.[1]];
  if (down === undefined || across === undefined) refuse(`The ONNX graph reads ${shape}: give --size, the side that it was trained with.`);
  if (down * across > 2 ** 24) refuse(`The ONNX graph reads ${shape}, more than any classifier of radiographs.`);
  return [1, channels, down, across];
}

function compute(node: OnnxNode, opset: number, network: Network, results: ReadonlyMap<string, Result>, budget: ConstantBudget): Result[] {
  if (node.op === 'Constant') return [{ constant: constantOf(node) }];
  const inputs = node.inputs.map(name => (name === '' ? undefined : results.get(name)));
  const call = new Call(node, opset, network, inputs);
  const missing = node.inputs.findIndex((name, index) => name !== '' && !inputs[index]);
  if (missing >= 0) call.refuse(`reads "${node.inputs[missing]}", an output that is not computed here`);
  if (inputs.every(input => input === undefined || 'constant' in input)) {
    const constants = inputs.map((input): Constant | undefined => input && 'constant' in input ? input.constant : undefined);
    const constant = folded(node, constants, budget);
    return constant ? [{ constant }] : call.refuse('works on constants alone in a way that is not known here');
  }
  const operator = Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
  if (!operator) call.refuse('works on the image; here it is known for constants alone');
  const made = [operator!(call)].flat();
  for (const result of made)
    if ('value' in result && !(product(result.value.shape) <= mostOfImage))
      call.refuse(`makes ${product(result.value.shape)} values of one image, more than any classifier of radiographs`);
  return made;
}

/** The last activation, and of several answers those that are asked for. */
function ending(
  network: Network,
  graph: OnnxGraph,
  results: ReadonlyMap<string, Result>,
  output: Value,
  kept: readonly number[] | undefined,
): { value: Value; kind: ConvertedNetwork['output']; answers: number } {
  const valueOf = (name: string): Value => (results.get(name) as { value: Value }).value;
  let last = graph.nodes.find(({ outputs }) => outputs.includes(graph.output));
  while (last && ['Identity', 'Dropout', 'Cast'].includes(last.op)) {
    const [name] = last.inputs;
    last = graph.nodes.find(({ outputs }) => outputs.includes(name));
  }
  const kind = last?.op === 'Sigmoid' ? 'sigmoid' : last?.op === 'Softmax' ? 'softmax' : 'logits';
  const value = network.inGraphOrder(output);
  const count = value.shape.reduce((a, b) => a * b, 1);
  if (!kept) return { value, kind, answers: count };
  if (kind === 'softmax') refuse('The classes of a softmax exclude each other; labels are chosen of independent ones.');
  const absent = kept.find(index => !(Number.isInteger(index) && index >= 0 && index < count));
  if (absent !== undefined) refuse(`The ONNX graph has ${count} answers, no answer ${absent + 1}.`);
  // Before the sigmoid, which then ends the network as it did.
  const before = kind === 'sigmoid' ? network.inGraphOrder(valueOf(last!.inputs[0])) : value;
  const flat = network.reshape(before, [1, count]);
  const chosen = chosenOf(network, flat, count, kept);
  if (kind !== 'sigmoid') return { value: chosen, kind, answers: kept.length };
  const ended = network.add('Activation', 'kept_sigmoid', [chosen], { activation: 'sigmoid' }, chosen);
  return { value: ended, kind, answers: kept.length };
}

/** Some of the answers [1, count], by a matrix of ones and zeros: exact, and with a gradient on every backend. */
function chosenOf(network: Network, answers: Value, count: number, kept: readonly number[]): Value {
  const units = kept.length;
  const values = new Float32Array(count * units);
  kept.forEach((index, k) => (values[index * units + k] = 1));
  const config = { units, activation: 'linear', use_bias: false, kernel_initializer: { class_name: 'Zeros', config: {} } };
  return network.add('Dense', 'kept', [answers], config, { shape: [1, units], axes: [0, 1] }, { kernel: { dims: [count, units], values } });
}
