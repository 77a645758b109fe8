/** Reads an ONNX file into a graph whose every number was checked against the file. */
import { ModelPackageError } from '../../card';
import { fromHalf } from '../../half-precision';
import { product, type Constant } from './constant';
import { checkParts } from './count-parts';
import {
  dataTypes,
  modelType,
  type AttributeMessage,
  type Int64,
  type ModelMessage,
  type NodeMessage,
  type TensorMessage,
} from './schema';

export interface OnnxNode {
  /** Its own, or of its kind and place where it has none. */
  name: string;
  op: string;
  /** Names of tensors; '' where an optional one is left out. */
  inputs: string[];
  outputs: string[];
  attributes: Attributes;
}

interface OnnxInput {
  name: string;
  /** As stated; null where an axis is left open. */
  dims: (number | null)[];
}

export interface OnnxGraph {
  /** Version of the operators (of the default domain). */
  opset: number;
  /** Program that wrote it, with its version. */
  producer: string;
  /** What the file says of itself. */
  metadata: ReadonlyMap<string, string>;
  input: OnnxInput;
  output: string;
  /** Each after those that it reads. */
  nodes: OnnxNode[];
  constants: Map<string, Constant>;
}

/** Bytes of a file beside the graph, of which a tensor holds a part. */
export type ExternalData = (location: string) => Uint8Array;

/** @throws ModelPackageError `format` always */
export function refuse(message: string): never {
  throw new ModelPackageError('format', message);
}

const oldestOpset = 7;
const newestOpset = 21;
/** More than any classifier of images has. */
const mostAxes = 8;
const mostValues = 2 ** 28;
/** Of all files beside the graph together: the most values, of eight bytes. */
export const mostBytesBeside = 8 * mostValues;

/** An ONNX file whose messages were read. */
export interface OnnxFile {
  /** Files beside it that its weights lie in, as it names them. */
  beside: string[];
  /**
   * Lengths are compared with the bytes that are there before anything of that length is made; a node may read only what
   * stands before it, so there is no circle.
   *
   * @param external opens a file that lies beside
   * @throws ModelPackageError `format` saying what is wrong, and with which node or tensor
   */
  graph(external?: ExternalData): OnnxGraph;
}

/** @throws ModelPackageError `format` where it is no ONNX file, or was cut off */
export function openOnnx(bytes: Uint8Array): OnnxFile {
  let message: ModelMessage;
  try {
    checkParts(bytes, modelType);
    message = modelType.toObject(modelType.decode(bytes), { defaults: true }) as ModelMessage;
  } catch (error) {
    refuse(`This is no ONNX file, or it was cut off: ${(error as Error).message}.`);
  }
  const locations = (message.graph?.initializer ?? []).filter(isExternal).map(tensor => entry(tensor, 'location') ?? '');
  return { beside: [...new Set(locations)], graph: external => readGraph(message, external) };
}

function readGraph(message: ModelMessage, external: ExternalData = noExternalData): OnnxGraph {
  const { graph } = message;
  if (!graph || graph.node.length === 0) refuse('This ONNX file holds no graph.');
  const opset = opsetOf(message);
  checkSum(graph);
  const constants = new Map<string, Constant>();
  for (const tensor of graph.initializer) {
    if (constants.has(tensor.name)) refuse(`The ONNX file holds two tensors named "${tensor.name}".`);
    constants.set(tensor.name, readTensor(tensor, `tensor "${tensor.name}"`, external));
  }
  // Older files name their weights among the inputs as well.
  const inputs = graph.input.filter(({ name }) => !constants.has(name));
  const [input, output] = [only(inputs, 'input'), only(graph.output, 'output')];
  const made = new Set([input.name, ...constants.keys()]);
  const nodes = graph.node.map((node, index) => readNode(node, index, made, external));
  if (!made.has(output.name)) refuse(`No node of the ONNX graph makes its output "${output.name}".`);
  return {
    opset,
    producer: [message.producerName, message.producerVersion].filter(Boolean).join(' '),
    metadata: new Map(message.metadataProps.map(({ key, value }) => [key, value])),
    input: readInput(input),
    output: output.name,
    nodes,
    constants,
  };
}

/** Before any tensor is made: thousands of them can name the same bytes of one file. */
function checkSum({ initializer, node }: NonNullable<ModelMessage['graph']>): void {
  const inNodes = node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  const counts = [...initializer, ...inNodes].map(({ dims }) => product(dims.map(toNumber)));
  // A single impossible one is refused by its name.
  const sum = counts.filter(count => count > 0 && count <= mostValues).reduce((a, b) => a + b, 0);
  if (sum > mostValues) refuse(`The tensors of the ONNX file state ${sum} values together, more than any classifier has.`);
}

function noExternalData(location: string): never {
  refuse(`Weights lie in the file "${location}" beside the ONNX file, which was not given.`);
}

function opsetOf({ opsetImport }: ModelMessage): number {
  const versions = opsetImport.filter(({ domain }) => isDefaultDomain(domain)).map(({ version }) => toNumber(version));
  const [opset] = versions;
  if (opset === undefined) refuse('The ONNX file does not say which operators it is written in (opset).');
  if (opset < oldestOpset || opset > newestOpset) {
    refuse(`The ONNX file is written in opset ${opset}; ${oldestOpset} to ${newestOpset} are read. Export it with opset_version=17.`);
  }
  return opset;
}

function isDefaultDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

function readNode(node: NodeMessage, index: number, made: Set<string>, external: ExternalData): OnnxNode {
  const name = node.name || node.output[0] || `node ${index + 1}`;
  const { opType: op, input: inputs, output: outputs } = node;
  const told = `The node "${name}" (${op})`;
  if (!isDefaultDomain(node.domain)) refuse(`${told} is of the domain ${node.domain}, of which nothing is known here.`);
  for (const input of inputs) {
    if (input !== '' && !made.has(input)) {
      refuse(`${told} reads "${input}", which no node before it makes: the graph is damaged, or goes in a circle.`);
    }
  }
  for (const output of outputs) {
    if (output === '') continue;
    if (made.has(output)) refuse(`${told} makes "${output}", which is there already.`);
    made.add(output);
  }
  return { name, op, inputs, outputs, attributes: new Attributes(node.attribute, told, external) };
}

function only<T>(entries: readonly T[], what: string): T {
  if (entries.length === 1) return entries[0];
  return refuse(`The ONNX graph has ${entries.length} ${what}s; it must have one. Export a model with the one that counts.`);
}

function readInput({ name, type }: NonNullable<ModelMessage['graph']>['input'][number]): OnnxInput {
  const tensor = type?.tensorType;
  if (!tensor?.shape) refuse(`The ONNX file does not say what shape its input "${name}" has.`);
  if (tensor.elemType !== dataTypes.float) refuse(`The input "${name}" of the ONNX graph is not of 32-bit floats. Export it in 32 bits.`);
  const dims = tensor.shape.dim.map(({ dimValue, dimParam }) => {
    const value = toNumber(dimValue);
    return dimParam !== '' || value <= 0 ? null : value;
  });
  if (dims.length !== 4) refuse(`The ONNX graph reads ${dims.length} axes; images of [images, channels, rows, columns] are needed.`);
  return { name, dims };
}

/** Attributes of a node, by name. */
export class Attributes {
  private readonly byName: ReadonlyMap<string, AttributeMessage>;

  constructor(
    messages: readonly AttributeMessage[],
    /** How an error calls the node. */
    private readonly told: string,
    private readonly external: ExternalData = noExternalData,
  ) {
    for (const { name, g } of messages) {
      if (g.length > 0) refuse(`${told} holds a graph of its own (${name}); control flow is not read.`);
    }
    this.byName = new Map(messages.map(message => [message.name, message]));
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  int(name: string, fallback: number): number {
    const found = this.byName.get(name);
    return found ? toNumber(found.i) : fallback;
  }

  float(name: string, fallback: number): number {
    return this.byName.get(name)?.f ?? fallback;
  }

  text(name: string, fallback: string): string {
    const found = this.byName.get(name);
    return found ? new TextDecoder().decode(found.s) : fallback;
  }

  ints(name: string): number[] | undefined {
    return this.byName.get(name)?.ints.map(toNumber);
  }

  floats(name: string): number[] | undefined {
    return this.byName.get(name)?.floats;
  }

  tensor(name: string): Constant | undefined {
    const found = this.byName.get(name)?.t;
    return found ? readTensor(found, `the tensor of ${this.told}`, this.external) : undefined;
  }
}

interface Stored {
  bytes: number;
  read(data: ArrayBuffer): Constant['values'];
  listed(tensor: TensorMessage): Constant['values'];
}

const whole = (bytes: number, read: (data: ArrayBuffer) => ArrayLike<number>): Stored => ({
  bytes,
  read: data => Float64Array.from(read(data)),
  listed: ({ int32Data }) => Float64Array.from(int32Data),
});

const stored: Record<number, Stored> = {
  [dataTypes.float]: {
    bytes: 4,
    read: data => new Float32Array(data),
    listed: ({ floatData }) => Float32Array.from(floatData),
  },
  [dataTypes.double]: {
    bytes: 8,
    read: data => Float32Array.from(new Float64Array(data)),
    listed: ({ doubleData }) => Float32Array.from(doubleData),
  },
  [dataTypes.float16]: {
    bytes: 2,
    read: data => fromHalf(new Uint16Array(data)),
    listed: ({ int32Data }) => fromHalf(Uint16Array.from(int32Data)),
  },
  [dataTypes.int64]: {
    bytes: 8,
    read: data => Float64Array.from(new BigInt64Array(data), Number),
    listed: ({ int64Data }) => Float64Array.from(int64Data, toNumber),
  },
  [dataTypes.int32]: whole(4, data => new Int32Array(data)),
  [dataTypes.int8]: whole(1, data => new Int8Array(data)),
  [dataTypes.uint8]: whole(1, data => new Uint8Array(data)),
  [dataTypes.bool]: whole(1, data => new Uint8Array(data)),
};

function readTensor(tensor: TensorMessage, what: string, external: ExternalData): Constant {
  const dims = tensor.dims.map(toNumber);
  if (dims.length > mostAxes || !dims.every(dim => Number.isInteger(dim) && dim >= 0 && dim <= mostValues)) {
    refuse(`The ${what} of the ONNX file has the impossible shape [${dims.join(', ')}].`);
  }
  const type = stored[tensor.dataType];
  if (!type) refuse(`The ${what} of the ONNX file is of the type ${tensor.dataType}, which no classifier of images needs here.`);
  const count = product(dims);
  if (count > mostValues) refuse(`The ${what} of the ONNX file states ${count} values, more than any classifier has.`);
  const raw = isExternal(tensor) ? externalBytes(tensor, what, external) : tensor.rawData;
  if (raw.length > 0 || isExternal(tensor)) {
    if (raw.length !== count * type.bytes) {
      refuse(`The ${what} of the ONNX file has the shape [${dims.join(', ')}] and ${raw.length} bytes; ${count * type.bytes} are needed.`);
    }
    return { dims, values: type.read(new Uint8Array(raw).buffer) };
  }
  const values = type.listed(tensor);
  if (values.length !== count) {
    refuse(`The ${what} of the ONNX file has the shape [${dims.join(', ')}] and ${values.length} values; ${count} are needed.`);
  }
  return { dims, values };
}

function isExternal({ dataLocation }: TensorMessage): boolean {
  return dataLocation === 1;
}

function entry({ externalData }: TensorMessage, key: string): string | undefined {
  return externalData.find(each => each.key === key)?.value;
}

function externalBytes(tensor: TensorMessage, what: string, external: ExternalData): Uint8Array {
  const location = entry(tensor, 'location');
  if (!location) refuse(`The ${what} lies in another file, which the ONNX file does not name.`);
  const file = external(location);
  const offset = Number(entry(tensor, 'offset') ?? 0);
  const length = Number(entry(tensor, 'length') ?? file.length - offset);
  const isInside = [offset, length].every(value => Number.isSafeInteger(value) && value >= 0) && offset + length <= file.length;
  if (!isInside) {
    refuse(`The ${what} is said to lie at byte ${offset} of "${location}", ${length} long; that file has ${file.length} bytes.`);
  }
  return file.subarray(offset, offset + length);
}

function toNumber(value: Int64): number {
  return typeof value === 'number' ? value : value.toNumber();
}
