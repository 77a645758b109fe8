/**
 * Evaluation of a part of a layers model, from any inner activation to the output: what GradCAM needs, and what tf.layers
 * itself offers only from the model's inputs on.
 */
import * as tf from '@tensorflow/tfjs';
import { InputMapping } from './imported/input-mapping';

/** Values of symbolic tensors that are already known, by their id. */
export type KnownValues = Map<number, tf.Tensor>;

/**
 * Value of `target` in inference mode, given the values of tensors that it depends on.
 * Intermediate tensors are left to the surrounding tf.tidy. Differentiable by every known value.
 *
 * @throws Error when the target hangs on a model input that is not known
 */
export function evaluate(target: tf.SymbolicTensor, known: KnownValues): tf.Tensor {
  const found = known.get(target.id);
  if (found) return found;
  if (target.inputs.length === 0) {
    throw new Error(`The value of the model input "${target.name}" is needed but was not given.`);
  }
  const inputs = target.inputs.map(input => evaluate(input, known));
  const output = applyLayer(target.sourceLayer, inputs, target.callArgs);
  const value = output[target.outputTensorIndex ?? 0];
  known.set(target.id, value);
  return value;
}

/**
 * The same for one target alone: what lies between is disposed as soon as nothing needs it any more, so that the next layer writes
 * where the cache still is. While a gradient is recorded all is kept.
 */
export function evaluateOnce(target: tf.SymbolicTensor, given: ReadonlyMap<number, tf.Tensor>): tf.Tensor {
  if (tf.engine().isTapeOn()) return evaluate(target, new Map(given));
  const left = usesOf(target, given);
  const values = new Map(given);
  /** How many symbolic tensors that are still needed have a value; some layers return their input. */
  const holders = new Map<tf.Tensor, number>([...given.values()].map(value => [value, Infinity]));
  const use = ({ id }: tf.SymbolicTensor): void => {
    left.set(id, left.get(id)! - 1);
    if (left.get(id)! > 0) return;
    const value = values.get(id)!;
    holders.set(value, holders.get(value)! - 1);
    if (holders.get(value) === 0) value.dispose();
  };
  const evaluated = (symbol: tf.SymbolicTensor): tf.Tensor => {
    const found = values.get(symbol.id);
    if (found) return found;
    const output = applyLayer(symbol.sourceLayer, symbol.inputs.map(evaluated), symbol.callArgs);
    const value = output[symbol.outputTensorIndex ?? 0];
    values.set(symbol.id, value);
    holders.set(value, (holders.get(value) ?? 0) + 1);
    symbol.inputs.forEach(use);
    return value;
  };
  return evaluated(target);
}

/** How many times each symbolic tensor is an input on the way from what is given to the target. */
function usesOf(target: tf.SymbolicTensor, given: ReadonlyMap<number, tf.Tensor>): Map<number, number> {
  const uses = new Map([[target.id, Infinity]]);
  const seen = new Set<number>(given.keys());
  const visit = (symbol: tf.SymbolicTensor): void => {
    if (seen.has(symbol.id)) return;
    seen.add(symbol.id);
    if (symbol.inputs.length === 0)
      throw new Error(`The value of the model input "${symbol.name}" is needed but was not given.`);
    for (const input of symbol.inputs) {
      uses.set(input.id, (uses.get(input.id) ?? 0) + 1);
      visit(input);
    }
  };
  visit(target);
  return uses;
}

/** The classifier's logit [N, 1] (or logits [N, K]) for a batch, as `evaluate` computes it. */
export function evaluateModel(model: tf.LayersModel, batch: tf.Tensor4D): tf.Tensor2D {
  return evaluateOnce(model.outputs[0], new Map([[model.inputs[0].id, batch]])) as tf.Tensor2D;
}

/**
 * The last convolution features: the output of the card's layer, or else the last 4-D activation with more than one cell
 * before global pooling.
 *
 * @returns undefined when the model has no spatial activation that can be reached
 * @throws Error when the layer does not exist
 */
export function featureTensor(model: tf.LayersModel, layerName?: string): tf.SymbolicTensor | undefined {
  if (!layerName) return lastSpatial(model.outputs[0], new Set());
  const { output } = model.getLayer(layerName);
  return Array.isArray(output) ? output[0] : output;
}

/**
 * The ReLU at the entry of each block: the first one of its branch, or the one that branch and shortcut share. Blocks end where branches
 * are added (ResNet), or, of a network without additions, where they are joined (DenseNet, Inception); of a network that has
 * neither, every ReLU over places. Empty where no ReLU can be reached, as inside a TensorFlow graph.
 */
export function reluActivations(model: tf.LayersModel): tf.SymbolicTensor[] {
  const outputs = (layers: tf.layers.Layer[]): tf.SymbolicTensor[] =>
    layers.map(layer => layer.output as tf.SymbolicTensor);
  const rectified = outputs(model.layers.filter(isRelu)).filter(isSpatial);
  const of = (className: string): tf.SymbolicTensor[] =>
    outputs(model.layers.filter(layer => layer.getClassName() === className));
  const [sums, joined] = [of('Add'), of('Concatenate').filter(isSpatial)];
  if (sums.length === 0 && joined.length === 0) return rectified;
  const entries = (sums.length > 0 ? sums.map(sum => sum.inputs) : joined.map(join => partsOf(join, joined)))
    .map(branches => blockEntry(branches, rectified))
    .filter(entry => entry !== undefined);
  return entries.length > 0 ? [...new Set(entries)] : rectified;
}

/** What is joined, also by the joins before it: a dense layer may join all before it, or its own to the join before. */
function partsOf(join: tf.SymbolicTensor, joined: readonly tf.SymbolicTensor[]): tf.SymbolicTensor[] {
  return join.inputs.flatMap(input => (joined.includes(input) ? partsOf(input, joined) : [input]));
}

function isRelu(layer: tf.layers.Layer): boolean {
  return layer.getClassName() === 'ReLU' || layer.getConfig().activation === 'relu';
}

/** Walks from the ends of a block's branches back to where they come together; the last ReLU met is the block's first. */
function blockEntry(
  ends: readonly tf.SymbolicTensor[],
  rectified: readonly tf.SymbolicTensor[],
): tf.SymbolicTensor | undefined {
  const [branch, ...others] = ends.map(ancestors);
  const shared = (tensor: tf.SymbolicTensor): boolean =>
    branch.has(tensor) && others.every(other => other.has(tensor));
  let entry: tf.SymbolicTensor | undefined;
  let front: readonly tf.SymbolicTensor[] = ends;
  while (front.length > 0) {
    entry = front.find(tensor => rectified.includes(tensor)) ?? entry;
    // Each once: through dense layers the ways back double with every layer.
    front = [...new Set(front.filter(tensor => !shared(tensor)).flatMap(tensor => tensor.inputs))];
  }
  return entry;
}

/** A tensor and all that it is computed from. */
function ancestors(tensor: tf.SymbolicTensor): Set<tf.SymbolicTensor> {
  const found = new Set([tensor]);
  for (const each of found) each.inputs.forEach(input => found.add(input));
  return found;
}

/** Searches backwards, breadth first, for the spatial activation nearest to the output. */
function lastSpatial(from: tf.SymbolicTensor, seen: Set<number>): tf.SymbolicTensor | undefined {
  let front = [from];
  while (front.length > 0) {
    const spatial = front.find(isSpatial);
    if (spatial) return spatial;
    front = front.flatMap(tensor => tensor.inputs).filter(tensor => !seen.has(tensor.id));
    front.forEach(tensor => seen.add(tensor.id));
  }
  return undefined;
}

function isSpatial(tensor: tf.SymbolicTensor): boolean {
  const [, height, width] = tensor.shape;
  const isImage = tensor.inputs.length === 0 || tensor.sourceLayer instanceof InputMapping;
  return tensor.shape.length === 4 && (height ?? 2) * (width ?? 2) > 1 && !isImage;
}

function applyLayer(
  layer: tf.layers.Layer,
  inputs: tf.Tensor[],
  kwargs: tf.SymbolicTensor['callArgs'],
): tf.Tensor[] {
  if (layer.getClassName() === 'Conv2D' && inputs.length === 1) {
    const unfused = linearConvolution(layer, inputs[0] as tf.Tensor4D);
    if (unfused) return [unfused];
  }
  const output = layer.apply(inputs.length === 1 ? inputs[0] : inputs, kwargs) as tf.Tensor | tf.Tensor[];
  return Array.isArray(output) ? output : [output];
}

/**
 * A convolution without activation, from the plain op. tf.layers would take the fused op, whose gradient always computes
 * the filter's derivative as well: unused work here, and a kernel that the wasm backend does not have.
 */
function linearConvolution(layer: tf.layers.Layer, input: tf.Tensor4D): tf.Tensor | undefined {
  const config = layer.getConfig();
  if (config.activation !== 'linear' || config.dataFormat === 'channelsFirst') return undefined;
  const [kernel, bias] = layer.getWeights() as [tf.Tensor4D, tf.Tensor1D | undefined];
  const output = tf.conv2d(
    input,
    kernel,
    config.strides as [number, number],
    config.padding as 'valid' | 'same',
    'NHWC',
    config.dilationRate as [number, number],
  );
  return bias ? tf.add(output, bias) : output;
}
