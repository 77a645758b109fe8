import * as tf from '@tensorflow/tfjs';
import { hasKernels } from '../backends/kernels/module';

/**
 * Lets a network of the usual layers run without tf.layers: `apply` on a tensor then calls the backend's kernels one after
 * the other, in which a small network spends half of its time otherwise. Values are those of the layers, of which the kernels are
 * the same; a batch norm with its ReLU is one kernel where ours run. While gradients are recorded, in training, and for a network
 * with any layer that is not listed below, the layers run as before.
 *
 * Reads weights anew at every run. Sets `call` of this model alone, not of models that share its layers.
 */
export function runDirectly(model: tf.LayersModel): void {
  const plan = planOf(model);
  if (!plan) return;
  const throughLayers = model.call.bind(model);
  model.call = (inputs, kwargs) => {
    const [x, ...more] = [inputs].flat();
    const { gradientDepth, profiling } = tf.engine().state;
    if (gradientDepth > 0 || profiling || kwargs?.training || more.length > 0) {
      return throughLayers(inputs, kwargs);
    }
    const outputs = run(plan, x);
    return outputs.length === 1 ? outputs[0] : outputs;
  };
}

/** One kernel call; values are numbered, 0 is the model's input. */
interface Step {
  inputs: number[];
  output: number;
  compute: Compute;
  /** Values that nothing after this step reads. */
  last: number[];
}

interface Plan {
  steps: Step[];
  outputs: number[];
}

type Compute = (inputs: tf.TensorInfo[], kernel: RunKernel) => tf.TensorInfo;
type RunKernel = (name: string, inputs: Record<string, tf.TensorInfo | undefined>, attrs: object) => tf.TensorInfo;

function run({ steps, outputs }: Plan, x: tf.Tensor): tf.Tensor[] {
  const backend = tf.backend();
  const backendName = tf.getBackend();
  const kernel: RunKernel = (name, inputs, attrs) => {
    const config = tf.getKernel(name, backendName);
    if (!config) throw new Error(`Kernel '${name}' not registered for backend '${backendName}'`);
    return config.kernelFunc({ inputs: inputs as tf.NamedTensorInfoMap, attrs: attrs as never, backend }) as tf.TensorInfo;
  };
  const values = new Map<number, tf.TensorInfo>([[0, x]]);
  try {
    for (const { inputs, output, compute, last } of steps) {
      const given = inputs.map(index => values.get(index)!);
      values.set(output, compute(given, kernel));
      for (const index of last) {
        backend.disposeData(values.get(index)!.dataId);
        values.delete(index);
      }
    }
  } catch (error) {
    values.delete(0);
    for (const { dataId } of values.values()) backend.disposeData(dataId);
    throw error;
  }
  return outputs.map(index => tf.engine().makeTensorFromTensorInfo(values.get(index)!));
}

/** @returns undefined where a layer is not one of the usual, or a result would be the input itself or another result */
function planOf(model: tf.LayersModel): Plan | undefined {
  if (model.inputs.length !== 1) return undefined;
  const fused = fusedActivations(model);
  // What cannot be planned is noted too: of densely connected layers there are more ways back than could be walked.
  const numbers = new Map<number, number | undefined>([[model.inputs[0].id, 0]]);
  const steps: Step[] = [];
  const visit = (symbol: tf.SymbolicTensor): number | undefined => {
    if (!numbers.has(symbol.id)) numbers.set(symbol.id, plan(symbol));
    return numbers.get(symbol.id);
  };
  const plan = (symbol: tf.SymbolicTensor): number | undefined => {
    const { sourceLayer: layer, inputs: before } = symbol;
    const inputs = before.map(visit);
    if (inputs.length === 0 || inputs.some(index => index === undefined)) return undefined;
    const passes = fused.has(layer.name) || isIdentity(layer);
    const compute = passes ? undefined : usualLayers[layer.getClassName()]?.(layer, symbol, fused.has(next(symbol)));
    if (!passes && !compute) return undefined;
    const number = passes ? inputs[0]! : steps.length + 1;
    if (compute) steps.push({ inputs: inputs as number[], output: number, compute, last: [] });
    return number;
  };
  const readers = new Map<number, string[]>();
  for (const layer of model.layers) {
    for (const input of inputsOf(layer)) readers.set(input.id, [...(readers.get(input.id) ?? []), layer.name]);
  }
  const next = (symbol: tf.SymbolicTensor): string => readers.get(symbol.id)?.[0] ?? '';
  const outputs = model.outputs.map(visit);
  if (outputs.some(index => !index) || new Set(outputs).size < outputs.length) return undefined;
  const lastReader = new Map(steps.flatMap((step, k) => step.inputs.map(index => [index, k] as const)));
  for (const [index, k] of lastReader) {
    if (index !== 0 && !outputs.includes(index)) steps[k].last.push(index);
  }
  return { steps, outputs: outputs as number[] };
}

/** Names of the ReLUs that alone read a batch norm: they are part of it. */
function fusedActivations(model: tf.LayersModel): Set<string> {
  const outputs = new Set(model.outputs.map(({ id }) => id));
  const all = model.layers.flatMap(inputsOf);
  const fused = model.layers.filter(layer => {
    const [input] = inputsOf(layer);
    if (!input || layer.getClassName() !== 'Activation' || layer.getConfig().activation !== 'relu') return false;
    const alone = all.filter(({ id }) => id === input.id).length === 1 && !outputs.has(input.id);
    return alone && input.sourceLayer.getClassName() === 'BatchNormalization';
  });
  return new Set(fused.map(({ name }) => name));
}

/** Inputs of a layer that is called once; of one called more often there is no plan. */
function inputsOf(layer: tf.layers.Layer): tf.SymbolicTensor[] {
  return layer.inboundNodes.flatMap(node => node.inputTensors);
}

function isIdentity(layer: tf.layers.Layer): boolean {
  return layer.getClassName() === 'Activation' && layer.getConfig().activation === 'linear';
}

type Config = Record<string, unknown>;

/** By class: what computes a layer; undefined for settings that the networks do not have. */
const usualLayers: Record<
  string,
  (layer: tf.layers.Layer, symbol: tf.SymbolicTensor, withRelu: boolean) => Compute | undefined
> = {
  Conv2D(layer) {
    const { activation, dataFormat, strides, padding: pad, dilationRate } = layer.getConfig() as Config;
    if (dataFormat === 'channelsFirst' || (activation !== 'linear' && activation !== 'relu')) return undefined;
    const dilations = [dilationRate ?? 1].flat().length === 1 ? [dilationRate, dilationRate] : dilationRate;
    const attrs = { strides, pad, dataFormat: 'NHWC', dilations: dilations ?? [1, 1], activation, leakyreluAlpha: 0 };
    return ([x], kernel) => {
      const [filter, bias] = layer.weights.map(weight => weight.read());
      return kernel('FusedConv2D', { x, filter, ...(bias && { bias }) }, attrs);
    };
  },
  Conv2DTranspose(layer, { shape: [, height, width, channels] }) {
    const { activation, dataFormat, strides, padding: pad, useBias } = layer.getConfig() as Config;
    if (dataFormat === 'channelsFirst' || activation !== 'linear' || useBias) return undefined;
    return ([dy], kernel) => {
      const inputShape = [dy.shape[0], height, width, channels];
      return kernel('Conv2DBackpropInput', { dy, filter: layer.weights[0].read() }, { strides, pad, dataFormat: 'NHWC', inputShape });
    };
  },
  BatchNormalization(layer, _symbol, withRelu) {
    const { scale: hasScale, center, epsilon, axis } = layer.getConfig() as Config;
    if (!hasScale || !center || (axis !== -1 && axis !== 3)) return undefined;
    return ([x], kernel) => {
      const [scale, offset, mean, variance] = layer.weights.map(weight => weight.read());
      const own = withRelu && hasKernels();
      const attrs = { varianceEpsilon: epsilon, ...(own && { activation: 'relu' }) };
      const y = kernel('FusedBatchNorm', { x, mean, variance, offset, scale }, attrs);
      return withRelu && !own ? replacing(y, () => kernel('Relu', { x: y }, {})) : y;
    };
  },
  Activation(layer) {
    const name = { relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' }[layer.getConfig().activation as string];
    return name === undefined ? undefined : ([x], kernel) => kernel(name, { x }, {});
  },
  ReLU(layer) {
    const max = layer.getConfig().maxValue as number | null | undefined;
    if (max === null || max === undefined) return ([x], kernel) => kernel('Relu', { x }, {});
    return ([x], kernel) => kernel('ClipByValue', { x }, { clipValueMin: 0, clipValueMax: max });
  },
  AveragePooling2D: layer => pooling('AvgPool', layer.getConfig()),
  MaxPooling2D: layer => pooling('MaxPool', layer.getConfig()),
  GlobalAveragePooling2D: () => ([x], kernel) => kernel('Mean', { x }, { axis: [1, 2], keepDims: false }),
  GlobalMaxPooling2D: () => ([x], kernel) => kernel('Max', { x }, { reductionIndices: [1, 2], keepDims: false }),
  Dense(layer, { shape: outputShape }) {
    const { activation, units } = layer.getConfig() as Config;
    if (activation !== 'linear' || outputShape.length !== 2) return undefined;
    return ([x], kernel) => {
      const [weights, bias] = layer.weights.map(weight => weight.read());
      const inputs = { a: inOneBatch(x), b: inOneBatch(weights) };
      const attrs = { transposeA: false, transposeB: false, activation: 'linear', leakyreluAlpha: 0 };
      const made = kernel('_FusedMatMul', { ...inputs, ...(bias && { bias }) }, attrs);
      return { ...made, shape: [x.shape[0], units as number] };
    };
  },
  UpSampling2D(layer) {
    const { interpolation, size, dataFormat } = layer.getConfig() as Config;
    if (interpolation !== 'bilinear' || dataFormat === 'channelsFirst') return undefined;
    const [vertical, horizontal] = size as [number, number];
    return ([images], kernel) => {
      const [, height, width] = images.shape;
      const attrs = { alignCorners: false, halfPixelCenters: false, size: [height * vertical, width * horizontal] };
      return kernel('ResizeBilinear', { images }, attrs);
    };
  },
  ExplainLabelLogit(layer) {
    const label = layer.getConfig().label as number;
    return ([x], kernel) => kernel('Slice', { x }, { begin: [0, label], size: [x.shape[0], 1] });
  },
  Concatenate(layer) {
    const axis = layer.getConfig().axis as number;
    return (inputs, kernel) => {
      const { length } = inputs[0].shape;
      return kernel('Concat', inputs as unknown as Record<string, tf.TensorInfo>, { axis: axis < 0 ? axis + length : axis });
    };
  },
  Add: () => folded('Add'),
  Multiply: () => folded('Multiply'),
};

/** An operation of two values, of several from left to right. */
function folded(name: string): Compute {
  return ([first, second, ...rest], kernel) =>
    rest.reduce(
      (made, b) => replacing(made, () => kernel(name, { a: made, b }, {})),
      kernel(name, { a: first, b: second }, {}),
    );
}

function pooling(name: string, { poolSize: filterSize, strides, padding: pad, dataFormat }: Config): Compute | undefined {
  if (dataFormat === 'channelsFirst') return undefined;
  return ([x], kernel) => kernel(name, { x }, { filterSize, strides, pad });
}

/** Makes a value of another that nothing else reads. */
function replacing(value: tf.TensorInfo, make: () => tf.TensorInfo): tf.TensorInfo {
  const made = make();
  tf.backend().disposeData(value.dataId);
  return made;
}

/** [A, B] as [1, A, B]. */
function inOneBatch({ dataId, dtype, shape }: tf.TensorInfo): tf.TensorInfo {
  return { dataId, dtype, shape: [1, ...shape] };
}
