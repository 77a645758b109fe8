// Writes a TensorFlow.js layers model of the kinds that this project trains as an ONNX file, so that another runtime can
// run the same network from the same weights. Images are [N, C, H, W] there.
import protobuf from 'protobufjs/light.js';

const opset = 17;

// The messages and fields of onnx.proto (ONNX 1.x) that such a file needs.
const field = (id, type, rule) => ({ id, type, ...(rule && { rule }) });
const types = protobuf.Root.fromJSON({
  nested: {
    Attribute: {
      fields: {
        name: field(1, 'string'),
        f: field(2, 'float'),
        i: field(3, 'int64'),
        s: field(4, 'bytes'),
        ints: field(8, 'int64', 'repeated'),
        type: field(20, 'int32'),
      },
    },
    Node: {
      fields: {
        input: field(1, 'string', 'repeated'),
        output: field(2, 'string', 'repeated'),
        name: field(3, 'string'),
        opType: field(4, 'string'),
        attribute: field(5, 'Attribute', 'repeated'),
      },
    },
    Tensor: {
      fields: {
        dims: field(1, 'int64', 'repeated'),
        dataType: field(2, 'int32'),
        name: field(8, 'string'),
        rawData: field(9, 'bytes'),
      },
    },
    Dimension: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
    Shape: { fields: { dim: field(1, 'Dimension', 'repeated') } },
    TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
    Type: { fields: { tensorType: field(1, 'TensorType') } },
    ValueInfo: { fields: { name: field(1, 'string'), type: field(2, 'Type') } },
    Graph: {
      fields: {
        node: field(1, 'Node', 'repeated'),
        name: field(2, 'string'),
        initializer: field(5, 'Tensor', 'repeated'),
        input: field(11, 'ValueInfo', 'repeated'),
        output: field(12, 'ValueInfo', 'repeated'),
      },
    },
    OperatorSet: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    Model: {
      fields: {
        irVersion: field(1, 'int64'),
        producerName: field(2, 'string'),
        graph: field(7, 'Graph'),
        opsetImport: field(8, 'OperatorSet', 'repeated'),
      },
    },
  },
});
const model = types.lookupType('Model');
const FLOAT = 1;

/**
 * The ONNX file of a layers model in its training form, batch norms apart.
 *
 * @param artifacts topology and plain float32 weights, as `model.save` gives them
 * @returns bytes of an ONNX model (opset 17): input `image` [1, C, S, S], outputs named as the model's output layers
 * @throws Error naming a layer that this project's networks do not have
 */
export function toOnnx(artifacts) {
  const { config } = artifacts.modelTopology.model_config ?? artifacts.modelTopology;
  const weights = readWeights(artifacts);
  const graph = { name: config.name, node: [], initializer: [], input: [], output: [] };
  const valueOf = new Map();
  for (const layer of config.layers) {
    const inputs = (layer.inbound_nodes[0] ?? []).map(([name]) => valueOf.get(name));
    if (layer.inbound_nodes.length > 1) throw new Error(`${layer.name} is called more than once`);
    const write = writers[layer.class_name];
    if (!write) throw new Error(`no ONNX form of layer ${layer.name} (${layer.class_name})`);
    valueOf.set(layer.name, write(new Part(graph, layer, weights), inputs, layer.config));
  }
  graph.output = config.output_layers.map(([name]) => ({ name: valueOf.get(name), type: floatType() }));
  return model
    .encode(
      model.fromObject({
        irVersion: 8,
        producerName: 'ohif-extension-explain',
        graph,
        opsetImport: [{ version: opset }],
      }),
    )
    .finish();
}

/** One layer as it is written: nodes and initializers named after it. */
class Part {
  #count = 0;

  constructor(graph, layer, weights) {
    this.graph = graph;
    this.layer = layer;
    this.weights = weights;
  }

  /** Adds a node; returns the name of its output. */
  node(opType, inputs, attributes = {}) {
    const output = `${this.layer.name}_${this.#count++}`;
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.graph.node.push({ opType, name: output, input: inputs, output: [output], attribute });
    return output;
  }

  /** Adds float32 values; returns their name. */
  constant(name, dims, values) {
    const unique = `${this.layer.name}/${name}`;
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.graph.initializer.push({ name: unique, dims, dataType: FLOAT, rawData });
    return unique;
  }

  weight(name) {
    const weight = this.weights.get(`${this.layer.name}/${name}`);
    if (!weight) throw new Error(`the weight ${this.layer.name}/${name} is missing`);
    return weight;
  }

  /** A filter [H, W, A, B] as [B, A, H, W]. */
  filter() {
    const { shape, values } = this.weight('kernel');
    const [height, width, a, b] = shape;
    const turned = new Float32Array(values.length);
    for (let tap = 0; tap < height * width; tap++) {
      for (let i = 0; i < a; i++) {
        for (let j = 0; j < b; j++)
          turned[(j * a + i) * height * width + tap] = values[(tap * a + i) * b + j];
      }
    }
    return this.constant('kernel', [b, a, height, width], turned);
  }

  bias(config) {
    if (!config.use_bias) return [];
    const { shape, values } = this.weight('bias');
    return [this.constant('bias', shape, values)];
  }

  activate(value, activation = 'linear') {
    if (activation === 'linear') return value;
    const operator = { relu: 'Relu', sigmoid: 'Sigmoid', tanh: 'Tanh' }[activation];
    if (!operator) throw new Error(`${this.layer.name}: no ONNX form of the activation ${activation}`);
    return this.node(operator, [value]);
  }
}

/** By Keras class: writes the layer's nodes and returns the name of its value. */
const writers = {
  InputLayer(part, _inputs, config) {
    const [, height, width, channels] = config.batch_input_shape;
    part.graph.input.push({ name: 'image', type: floatType([1, channels, height, width]) });
    return 'image';
  },
  Conv2D(part, inputs, config) {
    requireSame(part, config);
    const attributes = { strides: config.strides, kernel_shape: config.kernel_size, auto_pad: 'SAME_UPPER' };
    const sum = part.node('Conv', [...inputs, part.filter(), ...part.bias(config)], attributes);
    return part.activate(sum, config.activation);
  },
  Conv2DTranspose(part, inputs, config) {
    requireSame(part, config);
    const { kernel_size: sizes, strides } = config;
    const margins = sizes.map((size, k) => (size - strides[k]) / 2);
    if (!margins.every(Number.isInteger)) throw new Error(`${part.layer.name}: its padding is not symmetric`);
    const attributes = { strides, kernel_shape: sizes, pads: [...margins, ...margins] };
    const sum = part.node('ConvTranspose', [...inputs, part.filter(), ...part.bias(config)], attributes);
    return part.activate(sum, config.activation);
  },
  BatchNormalization(part, inputs, { epsilon }) {
    const names = ['gamma', 'beta', 'moving_mean', 'moving_variance'];
    const parameters = names.map(name => {
      const { shape, values } = part.weight(name);
      return part.constant(name, shape, values);
    });
    return part.node('BatchNormalization', [...inputs, ...parameters], { epsilon });
  },
  Activation: (part, [input], config) => part.activate(input, config.activation),
  ReLU(part, [input], config) {
    if (config.max_value === null || config.max_value === undefined) return part.node('Relu', [input]);
    const limits = [0, config.max_value].map((value, k) =>
      part.constant(`limit${k}`, [], Float32Array.of(value)),
    );
    return part.node('Clip', [input, ...limits]);
  },
  AveragePooling2D(part, inputs, config) {
    if (config.padding !== 'valid') throw new Error(`${part.layer.name}: padding ${config.padding}`);
    return part.node('AveragePool', inputs, { kernel_shape: config.pool_size, strides: config.strides });
  },
  GlobalAveragePooling2D: (part, inputs) => part.node('Flatten', [part.node('GlobalAveragePool', inputs)]),
  GlobalMaxPooling2D: (part, inputs) => part.node('Flatten', [part.node('GlobalMaxPool', inputs)]),
  Dense(part, inputs, config) {
    const { shape, values } = part.weight('kernel');
    const weights = [part.constant('kernel', shape, values), ...part.bias(config)];
    return part.activate(part.node('Gemm', [...inputs, ...weights]), config.activation);
  },
  // Corners as TensorFlow.js takes them: the source of pixel i is i / factor.
  UpSampling2D(part, [input], config) {
    if (config.interpolation !== 'bilinear') throw new Error(`${part.layer.name}: ${config.interpolation}`);
    const scales = part.constant('scales', [4], Float32Array.of(1, 1, ...config.size));
    const attributes = { mode: 'linear', coordinate_transformation_mode: 'asymmetric' };
    return part.node('Resize', [input, '', scales], attributes);
  },
  Concatenate: (part, inputs) => part.node('Concat', inputs, { axis: 1 }),
  Add: (part, inputs) => inputs.slice(1).reduce((sum, value) => part.node('Add', [sum, value]), inputs[0]),
};

function requireSame(part, { padding, dilation_rate: dilation, data_format: format }) {
  if (padding === 'same' && [dilation ?? 1].flat().every(rate => rate === 1) && format !== 'channels_first')
    return;
  throw new Error(
    `${part.layer.name}: only undilated 'same' convolutions of [N, H, W, C] have an ONNX form here`,
  );
}

// Kinds of attributes in onnx.proto.
const [FLOAT_ATTRIBUTE, INT_ATTRIBUTE, STRING_ATTRIBUTE, INTS_ATTRIBUTE] = [1, 2, 3, 7];

function attributeOf(name, value) {
  if (Array.isArray(value)) return { name, ints: value, type: INTS_ATTRIBUTE };
  if (typeof value === 'string') return { name, s: new TextEncoder().encode(value), type: STRING_ATTRIBUTE };
  return name === 'epsilon'
    ? { name, f: value, type: FLOAT_ATTRIBUTE }
    : { name, i: value, type: INT_ATTRIBUTE };
}

function floatType(dims) {
  return {
    tensorType: { elemType: FLOAT, ...(dims && { shape: { dim: dims.map(dimValue => ({ dimValue })) } }) },
  };
}

function readWeights({ weightSpecs, weightData }) {
  const weights = new Map();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of weightSpecs) {
    if (dtype !== 'float32' || quantization) throw new Error(`${name} is not plain float32`);
    const length = shape.reduce((a, b) => a * b, 1);
    weights.set(name, { shape, values: new Float32Array(weightData, offset, length) });
    offset += 4 * length;
  }
  return weights;
}
