import * as tf from '@tensorflow/tfjs';
import { ModelPackageError } from '../card';
import { requireFiniteWeights } from '../finite-weights';
import { ancestors, beforeActivation, nodeName, splitFusedConvolutions, type GraphJson } from './graph-topology';
import { InputMapping } from './input-mapping';
import { requireKnownOperations } from './known-operations';
import { adapterNames, type AdaptedInput } from './layers-network';
import { ToLogits } from './to-logits';

/** What part of a graph a layer computes. */
interface Part {
  name: string;
  graph: tf.GraphModel;
  from: string;
  to: string;
  shape: tf.Shape;
  /** The graph reads one image at a time. */
  single: boolean;
}

/** A part of a TensorFlow graph as a layer. Differentiable by its input. */
class GraphPart extends tf.layers.Layer {
  static readonly className = 'ExplainGraphPart';

  constructor(private readonly part: Part) {
    super({ name: part.name, trainable: false });
  }

  override computeOutputShape(): tf.Shape {
    return this.part.shape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { single } = this.part;
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const count = x.shape[0];
      if (!single || count === 1) return this.run(x);
      return tf.concat(Array.from({ length: count }, (_, n) => this.run(tf.slice(x, n, 1))), 0);
    });
  }

  override dispose(): { refCountAfterDispose: number; numDisposedVariables: number } {
    // Both parts share the graph, whose weights are no layer weights.
    this.part.graph.dispose();
    return super.dispose();
  }

  private run(x: tf.Tensor): tf.Tensor {
    const { graph, from, to } = this.part;
    return graph.execute({ [from]: x }, to) as tf.Tensor;
  }
}

export interface GraphNetwork {
  /** [N, S, S, 1] in [0, 1] → logit [N, 1] or logits [N, K]. */
  model: tf.LayersModel;
  /** Layer of that model with the features. */
  featureLayer?: string;
}

/**
 * Puts a TensorFlow graph behind the one input of this project, as a layers model of two parts: up to the features that
 * GradCAM reads, and from there to the logits.
 *
 * @param featureNode node of the graph; absent: one part, and no features
 * @throws ModelPackageError `format` for several inputs or outputs, or where the features do not decide the output alone
 */
export async function adaptGraph(
  artifacts: tf.io.ModelArtifacts,
  { size, classes, independent, network }: AdaptedInput,
  featureNode: string | undefined,
): Promise<GraphNetwork> {
  const { graph, json, input, output, single } = await openGraph(artifacts);
  const activation = network.output === 'sigmoid' ? 'Sigmoid' : 'Softmax';
  const before = network.output === 'logits' ? output : beforeActivation(json, output, activation);
  if (featureNode !== undefined) checkFeatures(json, featureNode, before ?? output, input);

  const image = tf.input({ shape: [size, size, 1], name: adapterNames.image });
  const apply = (layer: tf.layers.Layer, x: tf.SymbolicTensor): tf.SymbolicTensor => layer.apply(x) as tf.SymbolicTensor;
  const part = (name: string, from: string, to: string, shape: tf.Shape): GraphPart =>
    new GraphPart({ name, graph, from, to, shape, single });
  let x = apply(new InputMapping({ name: adapterNames.mapping, input: network.input }), image);
  if (featureNode !== undefined) x = apply(part(featureNode, input, featureNode, [null, null, null, null]), x);
  x = apply(part('explain_head', featureNode ?? input, before ?? output, [null, classes]), x);
  const undo = network.output === 'logits' || before !== undefined ? 'nothing' : network.output;
  const logits = apply(new ToLogits({ name: adapterNames.logits, classes, undo, independent }), x);
  return { model: tf.model({ inputs: image, outputs: logits }), featureLayer: featureNode };
}

/** Shape that a graph says it reads, without the batch; null where it leaves a side open. */
export async function graphInputShape(artifacts: tf.io.ModelArtifacts): Promise<(number | null)[]> {
  const { graph, shape } = await openGraph(artifacts);
  graph.dispose();
  return shape.slice(1).map(side => (side === -1 ? null : side));
}

/**
 * Finds the features for GradCAM: the spatial activation nearest to the output from which alone the output follows.
 *
 * @param rows, columns, channels what the graph reads
 */
export async function findFeatureNode(
  artifacts: tf.io.ModelArtifacts,
  [rows, columns]: readonly [number, number],
  channels: number,
): Promise<string | undefined> {
  const { graph, json, input, output } = await openGraph(artifacts);
  const found = tf.tidy(() => {
    const probe = tf.zeros([1, rows, columns, channels]);
    return ancestors(json, output).find(name => {
      if (name === output || name === input || !decides(json, name, output, input)) return false;
      const value = graph.execute({ [input]: probe }, name) as tf.Tensor;
      return value.rank === 4 && value.shape[1]! * value.shape[2]! > 1;
    });
  });
  graph.dispose();
  return found;
}

/**
 * The first node, in the order of computing, that computes what is not finite; undefined where all is. A convolution that the
 * graph has fused with its activation counts with that.
 *
 * @param images [N, S, S, 1] in [0, 1]
 */
export async function nodeNotFinite(
  artifacts: tf.io.ModelArtifacts,
  network: Pick<AdaptedInput['network'], 'input'>,
  images: tf.Tensor4D,
): Promise<string | undefined> {
  const { graph, json, input, output } = await openGraph(artifacts);
  const names = ancestors(json, output)
    .filter(name => name !== input)
    .reverse();
  try {
    return tf.tidy(() => {
      const mapped = new InputMapping({ name: 'finite', input: network.input }).call(images);
      for (const image of tf.split(mapped, images.shape[0])) {
        const values = [graph.execute({ [input]: image }, names)].flat();
        const at = values.findIndex(value => !value.dataSync().every(Number.isFinite));
        if (at >= 0) return names[at];
      }
      return undefined;
    });
  } finally {
    graph.dispose();
  }
}

interface OpenGraph {
  graph: tf.GraphModel;
  json: GraphJson;
  input: string;
  output: string;
  shape: number[];
  single: boolean;
}

async function openGraph(artifacts: tf.io.ModelArtifacts): Promise<OpenGraph> {
  requireFiniteWeights(artifacts);
  requireKnownOperations(artifacts.modelTopology as unknown as GraphJson);
  const json = splitFusedConvolutions(artifacts.modelTopology as unknown as GraphJson);
  const topology = { ...(artifacts.modelTopology as object), ...json };
  // Fetched when it is used: few classifiers come as graphs.
  const { loadGraphModel } = await import(/* webpackChunkName: "graph" */ '@tensorflow/tfjs-converter');
  const graph = await loadGraphModel(tf.io.fromMemory({ ...artifacts, modelTopology: topology }));
  try {
    const { inputs, outputs } = graph;
    if (inputs.length !== 1 || outputs.length !== 1) {
      throw new ModelPackageError(
        'format',
        `The classifier's graph has the inputs ${names(inputs)} and the outputs ${names(outputs)}; it must have one each.`,
      );
    }
    const [{ name, shape, dtype }] = inputs;
    if (dtype !== 'float32' || shape?.length !== 4) {
      throw new ModelPackageError(
        'format',
        `The classifier's graph reads ${dtype} of the shape [${shape?.join(', ')}]; float32 of [images, rows, columns, ` +
          'channels] is needed.',
      );
    }
    const [input, output] = [nodeName(name), nodeName(outputs[0].name)];
    return { graph, json, input, output, shape, single: shape[0] === 1 };
  } catch (error) {
    graph.dispose();
    throw error;
  }
}

function names(nodes: readonly { name: string }[]): string {
  return `[${nodes.map(({ name }) => name).join(', ')}]`;
}

/** Whether every way from the input to the output passes a node. */
function decides(json: GraphJson, node: string, output: string, input: string): boolean {
  const cut = { node: json.node.map(each => (each.name === node ? { ...each, input: [] } : each)) };
  const left = ancestors(cut, output);
  return left.includes(node) && !left.includes(input);
}

function checkFeatures(json: GraphJson, node: string, output: string, input: string): void {
  if (!json.node.some(({ name }) => name === node)) {
    throw new ModelPackageError('format', `The classifier's graph has no node "${node}" (the card's featureLayer).`);
  }
  if (!decides(json, node, output, input)) {
    throw new ModelPackageError(
      'format',
      `The output of the classifier's graph does not follow from its node "${node}" alone; name another feature layer.`,
    );
  }
}
