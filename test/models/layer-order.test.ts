import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { ModelPackageError } from '../../src/models/card';
import { readKerasModel } from '../../src/models/imported/keras-model';
import { loadLayers } from '../../src/models/load-layers';

type From = [string, number, number, object];
interface Layer {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: From[][];
  [more: string]: unknown;
}

const input = (name = 'in'): Layer => ({
  class_name: 'InputLayer',
  name,
  config: { name, batch_input_shape: [null, 4], dtype: 'float32', sparse: false },
  inbound_nodes: [],
});
/** A layer that is called once for each list of what it reads, "name" or "name:call". */
function layer(name: string, ...calls: string[][]): Layer {
  const from = (text: string): From => [text.split(':')[0], Number(text.split(':')[1] ?? 0), 0, {}];
  const isSum = calls.some(reads => reads.length > 1);
  return {
    class_name: isSum ? 'Add' : 'Activation',
    name,
    config: isSum ? { name } : { name, activation: 'relu' },
    inbound_nodes: calls.map(reads => reads.map(from)),
  };
}
const config = (layers: Layer[], end: string): Record<string, unknown> => ({
  name: 'm',
  layers,
  input_layers: [[layers[0].name, 0, 0]],
  output_layers: [[end, 0, 0]],
});
const topology = (layers: Layer[], end = 'out') => ({ class_name: 'Model', config: config(layers, end) });

function load(layers: Layer[], fold: boolean): Promise<tf.LayersModel> {
  return loadLayers({ modelTopology: topology(layers), weightSpecs: [], weightData: new ArrayBuffer(0) }, fold);
}

beforeAll(() => prepareNodeBackend('cpu'));

const circles: Record<string, [Layer[], string]> = {
  'a sum that reads what is made of it': [
    [input(), layer('a', ['in', 'b']), layer('b', ['a']), layer('out', ['b'])],
    'has layers that read each other in a circle: "b", "a"',
  ],
  'a circle beside the way from input to output': [
    [input(), layer('out', ['in']), layer('a', ['b']), layer('b', ['c']), layer('c', ['a'])],
    'has layers that read each other in a circle: ',
  ],
  'a first call that reads what is made of the second': [
    [input(), layer('a', ['b'], ['in']), layer('b', ['a:1']), layer('out', ['a'])],
    'in a circle: "a", "b"',
  ],
  'a layer that reads itself': [[input(), layer('out', ['out'])], 'in a circle: "out"'],
  'a layer that is not there': [[input(), layer('out', ['none'])], 'has no layer "none", which its layer "out" reads'],
  'a call that is not there': [[input(), layer('out', ['in:1'])], '"out" that reads call 1 of "in"'],
  'a call that reads nothing': [[input(), layer('a', []), layer('out', ['a'])], '"out" that reads call 0 of "a"'],
  'two layers of one name': [[input(), layer('a', ['in']), layer('a', ['in']), layer('out', ['a'])], 'name "a"'],
};

describe('layers that cannot be called one after the other', () => {
  it.each(Object.entries(circles))('are refused: %s', async (_, [layers, message]) => {
    for (const fold of [true, false]) {
      await expect(load(layers, fold)).rejects.toThrow(ModelPackageError);
      await expect(load(layers, fold)).rejects.toThrow(message);
    }
  });

  it('are refused inside another network', async () => {
    const inner = [input('i'), layer('x', ['i', 'y']), layer('y', ['x'])];
    const nested: Layer = {
      ...layer('inner', ['in']),
      class_name: 'Model',
      config: { ...config(inner, 'y'), name: 'inner' },
    };
    const wrapper: Layer = {
      ...layer('wrapper', ['in']),
      class_name: 'TimeDistributed',
      config: { name: 'wrapper', layer: nested },
    };
    for (const each of [nested, wrapper]) {
      await expect(load([input(), each, layer('out', [each.name])], true)).rejects.toThrow('in a circle');
    }
  });

  it('are refused however they are spelt', async () => {
    const { inbound_nodes: reads, ...rest } = layer('out', ['out']);
    const spelt = { ...rest, inboundNodes: reads } as unknown as Layer;
    await expect(load([input(), spelt], true)).rejects.toThrow('"inboundNodes" in place of "inbound_nodes"');
    const named = layer('out', ['in']);
    named.config.name_ = 'other';
    await expect(load([input(), named], true)).rejects.toThrow('"name_" in place of "name"');
    const twice = layer('out', ['in']);
    twice.config.name = 'other';
    await expect(load([input(), twice], true)).rejects.toThrow('named both "out" and "other"');
  });

  it('are refused in a Keras model, before anything is asked of it', () => {
    for (const key of ['a sum that reads what is made of it', 'a circle beside the way from input to output']) {
      expect(() => readKerasModel(topology(circles[key][0]))).toThrow('in a circle');
    }
    const self: Layer = {
      ...layer('inner', ['inner']),
      class_name: 'Functional',
      config: { ...config([input('i')], 'i'), name: 'inner' },
    };
    expect(() => readKerasModel(topology([input(), self, layer('out', ['inner'])]))).toThrow('that reads itself');
  });
});

describe('layers in another order than that of their calls', () => {
  it('are taken, shared ones and networks among them', async () => {
    const inner = [input('i'), layer('x', ['i'])];
    const nested: Layer = {
      ...layer('inner', ['shared:1']),
      class_name: 'Model',
      config: { ...config(inner, 'x'), name: 'inner' },
    };
    const layers = [input(), layer('out', ['inner:1', 'in']), nested, layer('shared', ['in'], ['shared'])];
    const model = await load(layers, false);
    const answer = model.predict(tf.tensor2d([[1, -2, 3, 0]])) as tf.Tensor;
    expect(answer.arraySync()).toEqual([[2, -2, 6, 0]]);
    model.dispose();
  });
});
