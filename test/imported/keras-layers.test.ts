import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { loadLayers } from '../../src/models/load-layers';
import { ModelPackageError, type ImportedNetwork } from '../../src/models/card';
import { featureTensor } from '../../src/models/graph';
import { buildClassifier } from '../../src/models/classifier';
import { faithfulArtifacts } from '../../src/models/imported/layers-network';
import { parseImportedJson } from '../../src/models/imported/model-json';
import { exampleCard } from '../models/card-fixture';

interface KerasCase {
  title: string;
  topology: { keras_version: string; model_config: { config: { layers: LayerJson[] } } };
  weightSpecs: tf.io.WeightsManifestEntry[];
  weights: string;
  answer: number[][];
}

interface LayerJson {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: { args: unknown[]; kwargs: Record<string, unknown> }[];
}

/** Made by Keras itself: keras-layers.py beside this file. */
const { images, cases } = JSON.parse(readFileSync(new URL('keras-layers.json', import.meta.url), 'utf8')) as {
  images: string;
  cases: KerasCase[];
};

const floats = (text: string): Float32Array =>
  new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);

function artifactsOf({ topology, weightSpecs, weights }: KerasCase): tf.io.ModelArtifacts {
  return {
    modelTopology: structuredClone(topology) as unknown as { [key: string]: object },
    weightSpecs,
    weightData: floats(weights).buffer as ArrayBuffer,
  };
}

describe.each(['cpu', 'wasm'] as const)('a Keras 3 network with %s', backend => {
  beforeAll(() => prepareNodeBackend(backend));

  it.each(cases.map(each => [each.title, each] as const))('%s answers as Keras does', async (_, each) => {
    const x = tf.tensor4d(floats(images), [2, 9, 11, 4]);
    for (const fold of [false, true]) {
      const model = await loadLayers(faithfulArtifacts(artifactsOf(each)), fold);
      const answer = tf.tidy(() => (model.predict(x) as tf.Tensor).arraySync() as number[][]);
      const largest = Math.max(1, ...each.answer.flat().map(Math.abs));
      const worst = Math.max(...answer.flat().map((value, i) => Math.abs(value - each.answer.flat()[i])));
      expect(answer.flat()).toHaveLength(each.answer.flat().length);
      expect(worst / largest, fold ? 'folded' : 'as saved').toBeLessThan(2e-6);
      model.dispose();
    }
    x.dispose();
  });
});

/** Saved by Keras 3.15.1 and the TensorFlow.js converter; the answers are model.predict's of probe.png / 255. */
const saved: Record<string, number[]> = {
  'hard-sigmoid': [0.7292954],
  'leakyrelu-negative-slope': [0.5295414],
  functional: [0.5317042],
  'sequential-of-functional': [0.6593506, 0.3406494],
  'activation-silu': [0.5241084],
  resizing: [0.4537065],
};

describe('a converted Keras 3 classifier', () => {
  const fixtures = new URL('../fixtures/keras/', import.meta.url);

  it.each(Object.entries(saved))('%s has the score that Keras predicts', async (name, expected) => {
    await prepareNodeBackend('wasm');
    const { artifacts } = parseImportedJson(readFileSync(new URL(`${name}/model.json`, fixtures)), name);
    const weights = readFileSync(new URL(`${name}/group1-shard1of1.bin`, fixtures));
    const output = expected.length === 1 ? 'sigmoid' : 'softmax';
    const input: ImportedNetwork['input'] = { size: [64, 64], channels: 3, scaling: { range: [0, 1] } };
    const imported: ImportedNetwork = { format: 'layers', input, output };
    const card = exampleCard({
      input: { size: 64, channels: 1, range: [0, 1], fit: 'stretch', equalise: false },
    });
    const classifier = await buildClassifier(
      { ...artifacts, weightData: Uint8Array.from(weights).buffer },
      { ...card, classifier: { ...card.classifier, imported } },
    );
    const { data } = await sharp(readFileSync(new URL('probe.png', fixtures)))
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const x = tf.tensor4d(
      Float32Array.from(data, value => value / 255),
      [1, 64, 64, 1],
    );
    const [score] = tf.tidy(() => tf.sigmoid(classifier.predict(x) as tf.Tensor).dataSync());
    expect(score).toBeCloseTo(expected.at(-1)!, 6);
    // Flat, so that GradCAM reaches the features, also of a nested model.
    expect(featureTensor(classifier)!.shape.at(-1)).toBe(8);
    classifier.dispose();
    x.dispose();
  });
});

describe('what is not known to be computed as Keras does', () => {
  type Change = (layer: LayerJson, topology: KerasCase['topology']) => void;
  const setting =
    (key: string, value: unknown): Change =>
    ({ config }) => {
      config[key] = value;
    };
  const kind =
    (name: string): Change =>
    layer => {
      layer.class_name = name;
    };

  it.each<[string, Change, RegExp]>([
    ['ReLU', setting('threshold', 0.5), /"l" \(ReLU\) has threshold 0\.5/],
    ['ReLU max_value', setting('negative_slope', 0.1), /"l" \(ReLU\) has both a largest value and a slope/],
    ['ELU', setting('alpha', 0.5), /"l" \(ELU\) has alpha 0\.5/],
    ['LeakyReLU', setting('negative_slope', [0.1, 0.2]), /"l" \(LeakyReLU\) has the slope/],
    ['Conv2D relu', setting('groups', 3), /"l" \(Conv2D\) has groups 3/],
    ['Conv2D relu', setting('data_format', 'channels_first'), /has data_format "channels_first"/],
    ['Conv2D relu', setting('activation', 'sparsemax'), /has activation "sparsemax"/],
    ['Conv2D relu', setting('activation', { class_name: 'function', config: 'own' }), /has activation \{/],
    ['Conv2D relu', setting('dtype', { config: { name: 'mixed_float16' } }), /has dtype .*mixed_float16/],
    ['Conv2D relu', setting('padding', 'causal'), /has padding "causal"/],
    ['Conv2D relu', setting('a_setting_of_keras_4', 1), /has a_setting_of_keras_4 1/],
    ['Conv2D relu', setting('constructor', 1), /has constructor 1/],
    ['DepthwiseConv2D', setting('dilation_rate', [2, 2]), /has dilation_rate \[2,2\]/],
    ['BatchNormalization', setting('axis', 1), /has axis 1/],
    ['BatchNormalization', setting('renorm', true), /has renorm true/],
    ['Softmax', setting('axis', [1, 2]), /has axis \[1,2\]/],
    ['GlobalMaxPooling2D', setting('keepdims', true), /has keepdims true/],
    ['UpSampling2D', setting('interpolation', 'bilinear'), /has interpolation "bilinear"/],
    ['Resizing smaller', setting('crop_to_aspect_ratio', true), /has crop_to_aspect_ratio true/],
    ['Resizing smaller', setting('antialias', true), /has antialias true/],
    ['Rescaling', setting('scale', [1, 2, 3, 4]), /has scale \[1,2,3,4\]/],
    ['Concatenate', setting('axis', 1), /has axis 1/],
    ['ReLU', kind('Lambda'), /"l" \(Lambda\) is of a kind that is not known/],
    ['ReLU', kind('constructor'), /\(constructor\) is of a kind/],
    ['Dense', kind('Dense'), /reads 4 axes/],
    [
      'Maximum',
      (_, topology) => void (topology.model_config.config.layers[1].config.name = 'nowhere'),
      /has no layer "a"/,
    ],
    [
      'Activation hard_sigmoid',
      (_, topology) => void (topology.keras_version = ''),
      /"l" \(Activation\) has activation "hard_sigmoid"/,
    ],
    ['ReLU', layer => void layer.inbound_nodes[0].args.push(3), /"l" \(ReLU\) is called with argument 3/],
  ])('%s, changed, is refused by name with the way out', (title, change, message) => {
    const each = structuredClone(
      cases.find(other => other.title === title) ?? cases.find(other => other.title === 'ReLU')!,
    );
    change(
      each.topology.model_config.config.layers.find(layer => layer.config.name === 'l')!,
      each.topology,
    );
    const refusal = (): unknown => faithfulArtifacts(artifactsOf(each));
    expect(refusal).toThrow(ModelPackageError);
    expect(refusal).toThrow(message);
    if (!String(message).includes('no layer'))
      expect(refusal).toThrow(/Convert the classifier to a graph model/);
  });

  it('a subclassed model is refused', () => {
    const topology = { keras_version: '3.15.1', model_config: { class_name: 'MyModel', config: {} } };
    expect(() => faithfulArtifacts({ modelTopology: topology })).toThrow(/is a MyModel; .*graph model/);
  });
});
