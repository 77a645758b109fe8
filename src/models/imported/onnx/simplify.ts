import type { Constant } from './constant';
import type { OnnxGraph, OnnxNode } from './read';

/**
 * Takes every batch norm that alone follows a convolution into its weights, and every constant that alone is added to a product
 * with a matrix as its bias. Works on the graph's own order of axes, in which a filter's first axis is that of its answers.
 */
export function simplify(graph: OnnxGraph): OnnxGraph {
  const constants = new Map(graph.constants);
  const readers = new Map<string, number>([[graph.output, 1]]);
  for (const { inputs } of graph.nodes) for (const name of inputs) readers.set(name, (readers.get(name) ?? 0) + 1);
  const nodes: OnnxNode[] = [];
  const madeBy = new Map<string, OnnxNode>();
  /** The node that makes a tensor which nothing else reads. */
  const alone = (name: string): OnnxNode | undefined => (readers.get(name) === 1 ? madeBy.get(name) : undefined);
  const keep = (node: OnnxNode): void => {
    nodes.push(node);
    for (const output of node.outputs) madeBy.set(output, node);
  };
  const replace = (before: OnnxNode, after: OnnxNode): void => {
    nodes.splice(nodes.indexOf(before), 1);
    keep(after);
  };
  for (const node of graph.nodes) {
    const before = alone(node.inputs[0]);
    const merged =
      (node.op === 'BatchNormalization' && before?.op === 'Conv' && withNorm(before, node, constants)) ||
      (node.op === 'Add' && withBias(node, alone, constants));
    if (merged) replace(merged.before, merged.after);
    else keep(node);
  }
  return { ...graph, constants, nodes };
}

interface Merged {
  before: OnnxNode;
  after: OnnxNode;
}

/** w' = w · γ/√(σ² + ε), b' = (b − μ) · γ/√(σ² + ε) + β, per answer. */
function withNorm(conv: OnnxNode, norm: OnnxNode, constants: Map<string, Constant>): Merged | undefined {
  const [gamma, beta, mean, variance] = norm.inputs.slice(1, 5).map(name => constants.get(name)?.values);
  const filter = constants.get(conv.inputs[1]);
  const bias = conv.inputs[2] ? constants.get(conv.inputs[2])?.values : new Float32Array(filter?.dims[0] ?? 0);
  if (!gamma || !beta || !mean || !variance || !filter || !bias) return undefined;
  if (norm.attributes.int('training_mode', 0) !== 0 || gamma.length !== filter.dims[0]) return undefined;
  const epsilon = norm.attributes.float('epsilon', 1e-5);
  const scale = Float64Array.from(variance, (v, k) => gamma[k] / Math.sqrt(v + epsilon));
  const each = filter.values.length / scale.length;
  const [weights, shift] = [`${norm.name}/folded filter`, `${norm.name}/folded bias`];
  constants.set(weights, { dims: filter.dims, values: Float32Array.from(filter.values, (w, i) => w * scale[Math.floor(i / each)]) });
  constants.set(shift, { dims: [scale.length], values: Float32Array.from(scale, (s, k) => (bias[k] - mean[k]) * s + beta[k]) });
  const inputs = [conv.inputs[0], weights, shift];
  return { before: conv, after: { ...conv, inputs, outputs: [norm.outputs[0]] } };
}

function withBias(
  add: OnnxNode,
  alone: (name: string) => OnnxNode | undefined,
  constants: ReadonlyMap<string, Constant>,
): Merged | undefined {
  for (const [product, bias] of [add.inputs, [...add.inputs].reverse()]) {
    const before = alone(product);
    const matrix = before?.op === 'MatMul' && before.inputs.length === 2 ? constants.get(before.inputs[1]) : undefined;
    const added = constants.get(bias);
    if (!before || matrix?.dims.length !== 2 || added?.dims.length !== 1 || added.dims[0] !== matrix.dims[1]) continue;
    return { before, after: { ...before, inputs: [...before.inputs, bias], outputs: add.outputs } };
  }
  return undefined;
}
