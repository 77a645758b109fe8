import { dataTypes, modelType } from '../../src/models/imported/onnx/schema';
import { normal, seededRandom } from '../../src/models/random';

type AttributeValue = number | string | readonly number[] | { float: number } | { tensor: object };

/** A node: operator, what it reads, what it makes, attributes. */
export type NodeSpec = [
  op: string,
  inputs: string[],
  outputs: string[],
  attributes?: Record<string, AttributeValue>,
];

export interface GraphSpec {
  /** Default 17. */
  opset?: number;
  /** Of the input "x"; default [1, 3, 8, 8]. A text is an open axis. */
  input?: (number | string)[];
  nodes: NodeSpec[];
  /** Weights by name: drawn at random for a shape, or given. */
  weights?: Record<string, { dims: number[]; values?: number[]; type?: keyof typeof dataTypes } | number[]>;
  /** Default "y". */
  output?: string;
  metadata?: Record<string, string>;
}

/** Bytes of an ONNX file. @param change what is to be wrong with it */
export function onnxFile(
  spec: GraphSpec,
  change: (message: OnnxMessage) => void = () => undefined,
): Uint8Array {
  const { opset = 17, input = [1, 3, 8, 8], nodes, weights = {}, output = 'y', metadata = {} } = spec;
  const dim = input.map(size => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  const message: OnnxMessage = {
    irVersion: 8,
    producerName: 'by hand',
    opsetImport: [{ version: opset }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      node: nodes.map(([opType, inputs, outputs, attributes = {}]) => ({
        opType,
        input: inputs,
        output: outputs,
        attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
      })),
      initializer: Object.entries(weights).map(([name, weight]) => tensorOf(name, weight)),
      input: [{ name: 'x', type: { tensorType: { elemType: dataTypes.float, shape: { dim } } } }],
      output: [{ name: output }],
    },
  };
  change(message);
  return modelType.encode(modelType.fromObject(message)).finish();
}

export interface OnnxMessage {
  irVersion: number;
  producerName: string;
  opsetImport: { version: number; domain?: string }[];
  metadataProps: object[];
  graph: {
    node: { opType: string; input: string[]; output: string[]; attribute: object[]; domain?: string }[];
    initializer: {
      name: string;
      dims: number[];
      dataType: number;
      rawData?: Uint8Array;
      dataLocation?: number;
      externalData?: object[];
    }[];
    input: object[];
    output: object[];
  };
}

/** A vector is of whole numbers; a shape without values is drawn. */
function tensorOf(
  name: string,
  weight: NonNullable<GraphSpec['weights']>[string],
): OnnxMessage['graph']['initializer'][number] {
  if (Array.isArray(weight)) return tensorOf(name, { dims: [weight.length], values: weight, type: 'int64' });
  const { dims, type = 'float' } = weight;
  const random = seededRandom(name);
  const count = dims.reduce((a, b) => a * b, 1);
  const values = weight.values ?? Array.from({ length: count }, () => 0.4 * normal(random));
  const data = type === 'int64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
  return { name, dims, dataType: dataTypes[type], rawData: new Uint8Array(data.buffer) };
}

// Kinds of attributes in onnx.proto.
const kinds = { float: 1, int: 2, text: 3, tensor: 4, ints: 7 };

function attributeOf(name: string, value: AttributeValue): object {
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: kinds.text };
  if (typeof value === 'number') return { name, i: value, type: kinds.int };
  if (Array.isArray(value)) return { name, ints: value, type: kinds.ints };
  if ('tensor' in value) return { name, t: value.tensor, type: kinds.tensor };
  return { name, f: (value as { float: number }).float, type: kinds.float };
}
