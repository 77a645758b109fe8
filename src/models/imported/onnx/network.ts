/** A layers model while it is made of an ONNX graph. */
import type * as tf from '@tensorflow/tfjs';
import { ExplainOperation, type OperationKind, type OperationSettings } from '../operation-layer';
import { product, type Constant } from './constant';
import { refuse } from './read';

/**
 * A tensor of the network. ONNX counts its axes as PyTorch does, channels before rows and columns; here they lie where
 * TensorFlow.js wants them, last. So each value keeps both: a transpose of the graph mostly changes the note alone.
 */
export interface Value {
  /** Layer that makes it. */
  layer: string;
  /** Sizes as it lies, for one image. */
  shape: readonly number[];
  /** Axis i of the graph lies at `axes[i]`. */
  axes: readonly number[];
  /** Of a value [images, features] only: what it was flattened from, whose axes lie in another order than the graph's. */
  flattenedFrom?: Value;
}

/** Sizes as the graph counts them. */
export function dimsOf({ shape, axes }: Value): number[] {
  return axes.map(axis => shape[axis]);
}

/** Images as TensorFlow.js has them: axis i of [images, channels, rows, columns] lies at channelsLast[i]. */
export const channelsLast: readonly number[] = [0, 3, 1, 2];

export const inOrder = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis);

interface LayerJson {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: [string, number, number, object][][];
}

interface Weight {
  name: string;
  constant: Constant;
}

export class Network {
  private readonly layers = new Map<string, LayerJson>();
  private readonly weights = new Map<string, Weight[]>();

  /** @param size rows and columns */
  constructor(
    readonly input: string,
    size: readonly [number, number],
    channels: number,
  ) {
    const config = { batch_input_shape: [null, ...size, channels], dtype: 'float32', sparse: false };
    this.put('InputLayer', input, config, [], {});
  }

  /** Adds a layer of tf.layers. @param weights by the name that tf.layers gives them */
  add(
    className: string,
    name: string,
    inputs: readonly Value[],
    config: Record<string, unknown>,
    made: Pick<Value, 'shape'> & Partial<Pick<Value, 'axes'>>,
    weights: Record<string, Constant> = {},
  ): Value {
    const layer = this.put(className, this.freeName(name), config, inputs, weights);
    return { layer, shape: made.shape, axes: made.axes ?? inputs[0].axes };
  }

  /** Adds a layer of {@link ExplainOperation}. */
  operate(
    kind: OperationKind,
    name: string,
    inputs: readonly Value[],
    settings: OperationSettings,
    made: Pick<Value, 'shape'> & Partial<Pick<Value, 'axes'>>,
    constants: readonly Constant[] = [],
  ): Value {
    // A scalar is a vector of one value here.
    const held = constants.map(({ dims, values }) => ({ dims: dims.length === 0 ? [1] : dims, values }));
    const config = { kind, settings, constants: held.map(({ dims }) => dims), answers: made.shape.slice(1) };
    const weights = Object.fromEntries(held.map((constant, index) => [`constant${index}`, constant]));
    return this.add(ExplainOperation.className, name, inputs, config, made, weights);
  }

  /** The value with its axes where they are wanted; moved only where they lie in another order. */
  arrange(value: Value, axes: readonly number[]): Value {
    const plain = this.inGraphOrder(value);
    if (axes.every((at, axis) => at === plain.axes[axis])) return plain;
    const shape = Array.from<number>({ length: axes.length });
    const order = Array.from<number>({ length: axes.length });
    axes.forEach((at, axis) => {
      shape[at] = plain.shape[plain.axes[axis]];
      order[at] = plain.axes[axis];
    });
    const moved = order.filter(axis => plain.shape[axis] > 1);
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1])) return { ...this.reshape(plain, shape), axes };
    return this.operate('transpose', `${plain.layer}_turned`, [plain], { numbers: order }, { shape, axes });
  }

  /** A value whose features lie in the graph's order. */
  inGraphOrder(value: Value): Value {
    const { flattenedFrom: from } = value;
    if (!from) return value;
    const turned = this.arrange(from, inOrder(from.axes.length));
    return { ...this.reshape(turned, value.shape), axes: value.axes };
  }

  /** Other sizes for the values as they lie; the caller says what the axes are. */
  reshape(value: Value, shape: readonly number[]): Value {
    const made = this.layers.get(value.layer)!;
    const isReshape = made.class_name === ExplainOperation.className && made.config.kind === 'reshape';
    const source = isReshape ? this.sources.get(value.layer)! : value;
    const axes = inOrder(shape.length);
    if (source.shape.length === shape.length && source.shape.every((size, axis) => size === shape[axis])) {
      return { layer: source.layer, shape, axes };
    }
    const sizes = shape.slice(1);
    const reshaped = this.operate('reshape', `${value.layer}_reshaped`, [source], { sizes }, { shape, axes });
    this.sources.set(reshaped.layer, source);
    return reshaped;
  }

  /** What each reshape reads. */
  private readonly sources = new Map<string, Value>();

  /** The network up to a value, without what it does not need. */
  finish(output: Value): { modelTopology: object; weightSpecs: tf.io.WeightsManifestEntry[]; weightData: ArrayBuffer } {
    const needed = new Set<string>();
    const visit = [output.layer];
    for (let name = visit.pop(); name !== undefined; name = visit.pop()) {
      if (needed.has(name)) continue;
      needed.add(name);
      visit.push(...this.layers.get(name)!.inbound_nodes.flatMap(node => node.map(([from]) => from)));
    }
    if (!needed.has(this.input)) refuse('The output of the ONNX graph does not depend on its input.');
    const layers = [...this.layers.values()].filter(({ name }) => needed.has(name));
    const held = layers.flatMap(({ name }) => this.weights.get(name) ?? []);
    const data = new Float32Array(held.reduce((sum, { constant }) => sum + constant.values.length, 0));
    let offset = 0;
    for (const { constant } of held) {
      data.set(constant.values, offset);
      offset += constant.values.length;
    }
    return {
      modelTopology: {
        class_name: 'Model',
        config: {
          name: 'classifier',
          layers,
          input_layers: [[this.input, 0, 0]],
          output_layers: [[output.layer, 0, 0]],
        },
      },
      weightSpecs: held.map(({ name, constant }) => ({ name, shape: [...constant.dims], dtype: 'float32' })),
      weightData: data.buffer,
    };
  }

  private put(
    className: string,
    name: string,
    config: Record<string, unknown>,
    inputs: readonly Value[],
    weights: Record<string, Constant>,
  ): string {
    const inbound = inputs.map(({ layer }): [string, number, number, object] => [layer, 0, 0, {}]);
    this.layers.set(name, {
      class_name: className,
      name,
      config: { ...config, name },
      inbound_nodes: inbound.length > 0 ? [inbound] : [],
    });
    this.weights.set(
      name,
      Object.entries(weights).map(([key, constant]) => {
        if (product(constant.dims) !== constant.values.length) throw new RangeError(`${name}/${key}: shape and values differ`);
        return { name: `${name}/${key}`, constant };
      }),
    );
    return name;
  }

  /** A name as tf.layers takes it, that no other layer has. */
  private freeName(wanted: string): string {
    // Dots that more dots come before are not tried as the last ones: a long run of them would take time by its square.
    const clean = wanted.replace(/[^A-Za-z0-9_.-]+/g, '.').replace(/^\.+|(?<!\.)\.+$/g, '') || 'layer';
    let name = clean;
    for (let count = 2; this.layers.has(name); count++) name = `${clean}_${count}`;
    return name;
  }
}
