import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';

import { ModelPackageError } from '../../src/models/card';
import { loadLayers } from '../../src/models/load-layers';

beforeAll(() => prepareNodeBackend('cpu'));

type Config = Record<string, unknown>;

/** A network of one layer, whose weights are these many. */
function network(kind: string, config: Config, shape: (number | null)[], weights: number): tf.io.ModelArtifacts {
  const layer = (name: string, className: string, own: Config, reads: unknown[]) => ({
    class_name: className,
    name,
    config: { name, ...own },
    inbound_nodes: reads,
  });
  const layers = [
    layer('in', 'InputLayer', { batch_input_shape: shape, dtype: 'float32', sparse: false }, []),
    layer('out', kind, config, [[['in', 0, 0, {}]]]),
  ];
  const ends = { input_layers: [['in', 0, 0]], output_layers: [['out', 0, 0]] };
  return {
    modelTopology: { class_name: 'Model', config: { name: 'm', layers, ...ends } },
    weightSpecs: weights > 0 ? [{ name: 'out/kernel', shape: [1, weights], dtype: 'float32' }] : [],
    weightData: new Float32Array(weights).buffer,
  };
}

const image = [null, 64, 64, 1];
/** No test asks for memory in earnest, should the refusal be missing: these are gigabytes only where they are run. */
const tooLarge: [string, Config, RegExp][] = [
  ['UpSampling2D', { size: [500, 500], data_format: 'channels_last' }, /"out" makes 1024000000 values of one image/],
  ['ZeroPadding2D', { padding: [[0, 30_000], [0, 30_000]], data_format: 'channels_last' }, /"out" makes \d+ values/],
];

describe('a layer that asks for memory out of proportion', () => {
  it.each(tooLarge)('is refused before it is run: %s', async (kind, config, message) => {
    for (const fold of [true, false]) {
      await expect(loadLayers(network(kind, config, image, 0), fold)).rejects.toThrow(ModelPackageError);
      await expect(loadLayers(network(kind, config, image, 0), fold)).rejects.toThrow(message);
    }
  });

  it.each(['units', 'units_'])('is refused before it is made: %s', async key => {
    const before = tf.memory().numBytes;
    const artifacts = network('Dense', { [key]: 100_000, use_bias: false }, [null, 1], 3);
    const message = `"out" states ${key} 100000, but the network holds 3 weights in all.`;
    await expect(loadLayers(artifacts, true)).rejects.toThrow(message);
    expect(tf.memory().numBytes).toBe(before);
  });

  it('is taken where its weights are stored', async () => {
    const model = await loadLayers(network('Dense', { units: 3, use_bias: false }, [null, 1], 3), true);
    expect(model.outputs[0].shape).toEqual([null, 3]);
    model.dispose();
    const twice = await loadLayers(network('UpSampling2D', { size: [2, 2], data_format: 'channels_last' }, image, 0), true);
    expect(twice.outputs[0].shape).toEqual([null, 128, 128, 1]);
    twice.dispose();
  });
});
