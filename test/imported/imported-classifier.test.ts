import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { methodById, type ExplainContext, type MethodOptions } from '../../src/explain';
import { inputGradient } from '../../src/explain/gradients';
import { featureTensor } from '../../src/models/graph';
import type { ImportedNetwork, ModelCard } from '../../src/models/card';
import { buildClassifier } from '../../src/models/classifier';
import { findFeatureNode, nodeNotFinite } from '../../src/models/imported/graph-network';
import { rawOutputs } from '../../src/models/imported/raw-outputs';
import { normal, seededRandom } from '../../src/models/random';
import { exportNetwork } from '../../src/training/export-network';
import { exampleCard } from '../models/card-fixture';
import { graphArtifacts, type GraphOptions } from './graph-fixture';

const size = 32;

function cardOf(network: ImportedNetwork, classes: number, featureLayer?: string): ModelCard {
  const two = classes === 2;
  const card = exampleCard({
    input: { size, channels: 1, range: [0, 1], fit: 'stretch', equalise: false },
    classes: Array.from({ length: classes }, (_, k) => ({ name: `class ${k}` })),
    operatingPoint: two ? 0.5 : undefined,
    calibration: undefined,
  });
  return { ...card, classifier: { ...card.classifier, featureLayer, imported: network } };
}

function network(
  format: 'layers' | 'graph',
  output: ImportedNetwork['output'],
  input: Partial<ImportedNetwork['input']> = {},
): ImportedNetwork {
  return { format, output, input: { size: [size, size], channels: 3, scaling: { range: [0, 1] }, ...input } };
}

function images(count: number): tf.Tensor4D {
  const random = seededRandom('images');
  return tf.tensor4d(
    Array.from({ length: count * size * size }, () => random()),
    [count, size, size, 1],
  );
}

function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

/** Saved form of a small Keras-like model: conv, batch norm, leaky ReLU, max pooling, dense. */
async function layersArtifacts(
  classes: number,
  last: (x: tf.SymbolicTensor) => tf.SymbolicTensor,
  channels = 3,
  rows = size,
  columns = size,
): Promise<tf.io.ModelArtifacts> {
  let seed = 1;
  const kernelInitializer = (): ReturnType<typeof tf.initializers.randomNormal> =>
    tf.initializers.randomNormal({ seed: seed++, stddev: 0.4 });
  const input = tf.input({ shape: [rows, columns, channels] });
  let x = tf.layers
    .conv2d({ name: 'c1', filters: 5, kernelSize: 3, strides: 2, kernelInitializer: kernelInitializer() })
    .apply(input);
  x = tf.layers
    .batchNormalization({ name: 'n1', movingMeanInitializer: tf.initializers.constant({ value: 0.2 }) })
    .apply(x);
  x = tf.layers.leakyReLU({ name: 'a1' }).apply(x);
  x = tf.layers.maxPooling2d({ name: 'p1', poolSize: 2 }).apply(x);
  x = tf.layers.flatten().apply(x);
  x = tf.layers
    .dense({ name: 'logits', units: classes, kernelInitializer: kernelInitializer() })
    .apply(x) as tf.SymbolicTensor;
  const exported = await exportNetwork(tf.model({ inputs: input, outputs: last(x as tf.SymbolicTensor) }));
  return artifactsOf(exported);
}

function artifactsOf({
  modelTopology,
  weightSpecs,
  weightData,
}: Awaited<ReturnType<typeof exportNetwork>>): tf.io.ModelArtifacts {
  return {
    modelTopology: modelTopology as { [key: string]: object },
    weightSpecs: weightSpecs as tf.io.WeightsManifestEntry[],
    weightData: weightData.slice().buffer,
  };
}

const softmax = (x: tf.SymbolicTensor): tf.SymbolicTensor =>
  tf.layers.softmax({}).apply(x) as tf.SymbolicTensor;
const sigmoid = (x: tf.SymbolicTensor): tf.SymbolicTensor =>
  tf.layers.activation({ activation: 'sigmoid' }).apply(x) as tf.SymbolicTensor;

function probabilitiesOf(logits: tf.Tensor): Float32Array {
  return (
    logits.shape[1] === 1 ? tf.sigmoid(logits) : tf.softmax(logits as tf.Tensor2D)
  ).dataSync() as Float32Array;
}

describe('an imported layers model', () => {
  it.each([
    ['softmax of four classes', 4, softmax, 'softmax'],
    ['sigmoid', 1, sigmoid, 'sigmoid'],
    ['logits', 3, (x: tf.SymbolicTensor) => x, 'logits'],
  ] as const)('gives the logits before its %s', async (_, units, last, output) => {
    await prepareNodeBackend('wasm');
    const artifacts = await layersArtifacts(units, last);
    const described = network('layers', output, { scaling: { range: [-1, 1] } });
    const classifier = await buildClassifier(artifacts, cardOf(described, Math.max(2, units)));
    const x = images(2);
    const own = await rawOutputs(artifacts, described, x);
    const logits = classifier.predictOnBatch(x) as tf.Tensor;
    expect(logits.shape).toEqual([2, units]);
    const ours = output === 'logits' ? logits.dataSync() : probabilitiesOf(logits);
    expect(worst(ours, own.dataSync())).toBeLessThan(1e-5);
    // Far beyond what a probability in single precision can tell: the activation is gone, not undone.
    const far = classifier.predictOnBatch(tf.mul(x, 100) as tf.Tensor4D) as tf.Tensor;
    expect(Math.max(...far.dataSync().map(Math.abs))).toBeGreaterThan(100);
  });

  it('of two softmax outputs gives one logit', async () => {
    await prepareNodeBackend('wasm');
    const artifacts = await layersArtifacts(2, softmax);
    const described = network('layers', 'softmax');
    const logits = (await buildClassifier(artifacts, cardOf(described, 2))).predictOnBatch(
      images(2),
    ) as tf.Tensor;
    expect(logits.shape).toEqual([2, 1]);
    const own = (await rawOutputs(artifacts, described, images(2))).arraySync() as number[][];
    expect(
      worst(
        probabilitiesOf(logits),
        own.map(([, p]) => p),
      ),
    ).toBeLessThan(1e-5);
  });

  it('reads the channels, range and size that the card says', async () => {
    await prepareNodeBackend('cpu');
    const artifacts = await layersArtifacts(3, softmax, 3, 24, 40);
    const scaling = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    const described = network('layers', 'softmax', { size: [24, 40], scaling });
    const classifier = await buildClassifier(artifacts, cardOf(described, 3));
    const x = images(1);
    const grey = tf.image.resizeBilinear(x, [24, 40], false, true);
    const mapped = tf.concat(
      scaling.mean.map((m, c) => tf.div(tf.sub(grey, m), scaling.std[c])),
      3,
    );
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const own = (model.predict(mapped) as tf.Tensor).dataSync();
    expect(worst(probabilitiesOf(classifier.predictOnBatch(x) as tf.Tensor), own)).toBeLessThan(1e-5);
  });

  it('takes an activation off that is inside a nested model', async () => {
    await prepareNodeBackend('cpu');
    const inner = tf.sequential({
      layers: [
        tf.layers.dense({
          inputShape: [6],
          units: 3,
          activation: 'softmax',
          kernelInitializer: tf.initializers.randomNormal({ seed: 3 }),
        }),
      ],
    });
    const conv = tf.layers.conv2d({
      inputShape: [size, size, 3],
      filters: 6,
      kernelSize: 3,
      kernelInitializer: tf.initializers.randomNormal({ seed: 4 }),
    });
    const model = tf.sequential({ layers: [conv, tf.layers.globalAveragePooling2d({}), inner] });
    const artifacts = artifactsOf(await exportNetwork(model));
    const described = network('layers', 'softmax');
    const classifier = await buildClassifier(artifacts, cardOf(described, 3));
    expect(featureTensor(classifier)!.sourceLayer).toBe(classifier.getLayer(conv.name));
    const own = (await rawOutputs(artifacts, described, images(2))).dataSync();
    expect(worst(probabilitiesOf(classifier.predictOnBatch(images(2)) as tf.Tensor), own)).toBeLessThan(1e-5);
  });

  it('reads weights of 16 and 8 bits', async () => {
    await prepareNodeBackend('cpu');
    const artifacts = await layersArtifacts(3, softmax);
    const values = new Float32Array(artifacts.weightData as ArrayBuffer);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    for (const [dtype, levels] of [
      ['uint8', 255],
      ['uint16', 65535],
    ] as const) {
      const scale = (high - low) / levels;
      const steps = values.map(value => Math.round((value - low) / scale));
      const weightData = (dtype === 'uint8' ? Uint8Array.from(steps) : Uint16Array.from(steps)).buffer;
      const weightSpecs = artifacts.weightSpecs!.map(spec => ({
        ...spec,
        quantization: { dtype, scale, min: low },
      }));
      const described = network('layers', 'softmax');
      const [exact, rough] = await Promise.all(
        [artifacts, { ...artifacts, weightSpecs, weightData }].map(
          async each =>
            (await buildClassifier(each, cardOf(described, 3))).predictOnBatch(images(1)) as tf.Tensor,
        ),
      );
      const difference = worst(exact.dataSync(), rough.dataSync());
      expect(difference).toBeGreaterThan(0);
      expect(difference).toBeLessThan(2000 / levels);
    }
  });

  it.each<
    [
      RegExp,
      (graph: {
        layers: { class_name: string; config: Record<string, unknown> }[];
        output_layers: unknown[];
      }) => void,
      ImportedNetwork['output'],
    ]
  >([
    [/applies a softmax, but its output is said to be logits/, () => undefined, 'logits'],
    [
      /"a1" \(ReLU\) has threshold 0.1, .*graph model/,
      graph => Object.assign(graph.layers[3], { class_name: 'ReLU', config: { name: 'a1', threshold: 0.1 } }),
      'softmax',
    ],
    [/has 2 outputs; it must have one/, graph => graph.output_layers.push(['logits', 0, 0]), 'softmax'],
  ])('is refused where %s', async (message, change, output) => {
    const artifacts = await layersArtifacts(3, softmax);
    change((artifacts.modelTopology as unknown as { config: Parameters<typeof change>[0] }).config);
    await expect(buildClassifier(artifacts, cardOf(network('layers', output), 3))).rejects.toThrow(message);
  });
});

interface GraphNode {
  name: string;
  op: string;
  attr: Record<string, object>;
}

describe('an imported graph model', () => {
  async function open(
    options: GraphOptions,
    output: ImportedNetwork['output'],
    classes = 3,
  ): Promise<{ context: ExplainContext; artifacts: tf.io.ModelArtifacts; described: ImportedNetwork }> {
    const artifacts = graphArtifacts(options);
    const described = network('graph', output, {
      channels: options.channels ?? 3,
      scaling: { range: [-1, 1] },
    });
    const feature = await findFeatureNode(artifacts, [size, size], options.channels ?? 3);
    const card = cardOf(described, classes, feature);
    return {
      context: { card, classifier: await buildClassifier(artifacts, card), generators: {} },
      artifacts,
      described,
    };
  }

  it.each<[GraphOptions, ImportedNetwork['output'], number]>([
    [{ activation: 'Softmax' }, 'softmax', 3],
    [{ activation: 'Sigmoid', classes: 1, channels: 1 }, 'sigmoid', 2],
    [{ activation: 'none', deep: true }, 'logits', 3],
    [{ activation: 'Softmax', batch: 1 }, 'softmax', 3],
  ])('gives the logits of %o', async (options, output, classes) => {
    await prepareNodeBackend('wasm');
    const { context, artifacts, described } = await open(options, output, classes);
    const x = images(3);
    const own = await rawOutputs(artifacts, described, x);
    const logits = context.classifier.predictOnBatch(x) as tf.Tensor;
    expect(logits.shape).toEqual([3, classes === 2 ? 1 : classes]);
    const ours = output === 'logits' ? logits.dataSync() : probabilitiesOf(logits);
    expect(worst(ours, own.dataSync())).toBeLessThan(1e-5);
    expect(context.card.classifier.featureLayer).toBe(options.deep ? 'deep' : 'features');
  });

  it.each(['cpu', 'wasm'] as const)('is differentiated on %s as finite differences say', async backend => {
    await prepareNodeBackend(backend);
    const { context } = await open({ activation: 'Softmax', deep: true }, 'softmax');
    const x = images(1);
    const gradient = inputGradient(context, x).dataSync();
    const random = seededRandom('direction');
    const direction = tf.tensor4d(
      Array.from({ length: size * size }, () => normal(random)),
      x.shape,
    );
    const classes = tf.oneHot(tf.argMax(context.classifier.predictOnBatch(x) as tf.Tensor2D, 1), 3);
    const at = (step: number): number =>
      tf
        .sum(
          tf.mul(
            context.classifier.predictOnBatch(tf.add(x, tf.mul(direction, step)) as tf.Tensor4D) as tf.Tensor,
            classes,
          ),
        )
        .dataSync()[0];
    const slope = (at(1e-3) - at(-1e-3)) / 2e-3;
    const along = Array.from(direction.dataSync()).reduce((sum, d, i) => sum + d * gradient[i], 0);
    expect(Math.abs(slope)).toBeGreaterThan(0.01);
    expect(along / slope).toBeGreaterThan(0.97);
    expect(along / slope).toBeLessThan(1.03);
  });

  it('has the same maps of every gradient method on wasm as on cpu', async () => {
    const found: Record<string, Float32Array[]> = {};
    for (const backend of ['cpu', 'wasm'] as const) {
      await prepareNodeBackend(backend);
      const { context } = await open({ activation: 'Softmax', deep: true }, 'softmax');
      const few: Record<string, MethodOptions> = {
        smoothgrad: { samples: 2 },
        'integrated-gradients': { steps: 3 },
      };
      for (const id of ['gradient', 'smoothgrad', 'integrated-gradients', 'gradcam']) {
        const { map } = methodById(id).explain(context, images(2), few[id]);
        (found[id] ??= []).push(map.dataSync() as Float32Array);
      }
    }
    for (const [id, [cpu, wasm]] of Object.entries(found)) {
      expect(Math.max(...cpu), id).toBeGreaterThan(0);
      // SmoothGrad's noise comes from tf.randomNormal, which is the same on both.
      expect(worst(cpu, wasm) / Math.max(...cpu), id).toBeLessThan(1e-4);
    }
  });

  it.each<[string, (node: GraphNode) => void, RegExp]>([
    [
      'mean',
      node => (node.op = 'StatefulPartitionedCall'),
      /"mean" \(StatefulPartitionedCall\) .* is of an unknown kind/,
    ],
    ['mean', node => (node.op = 'RandomUniform'), /"mean" \(RandomUniform\)/],
    [
      'first',
      node => (node.attr.data_format = { s: btoa('NCHW') }),
      /"first" \(_FusedConv2D\) .* has data_format NCHW/,
    ],
    [
      'features',
      node => {
        node.op = 'FusedBatchNormV3';
        node.attr.is_training = { b: true };
      },
      /"features" .* computes as in training/,
    ],
    [
      'first',
      node => (node.attr.fused_ops = { list: { s: [btoa('FusedBatchNorm')] } }),
      /"first" .* fuses FusedBatchNorm/,
    ],
    [
      'first',
      node => (node.attr.fused_ops = { list: { s: ['BiasAdd', 'Tanh'].map(btoa) } }),
      /fuses BiasAdd, Tanh/,
    ],
  ])('is refused for its node "%s", changed', async (name, change, message) => {
    await prepareNodeBackend('cpu');
    const artifacts = graphArtifacts();
    const { node } = artifacts.modelTopology as unknown as { node: GraphNode[] };
    change(node.find(each => each.name === name)!);
    const refusal = buildClassifier(artifacts, cardOf(network('graph', 'softmax'), 3));
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow(/channels last.*before converting it/);
  });

  it('says which node does not decide its output', async () => {
    await prepareNodeBackend('cpu');
    const described = network('graph', 'softmax');
    await expect(buildClassifier(graphArtifacts(), cardOf(described, 3, 'nowhere'))).rejects.toThrow(
      /no node "nowhere"/,
    );
    await expect(buildClassifier(graphArtifacts(), cardOf(described, 3, 'w1'))).rejects.toThrow(/"w1" alone/);
  });
});

it('the node of a graph that overflows is named, however finite the answers are', async () => {
  const artifacts = graphArtifacts({ activation: 'Sigmoid' });
  const own = network('graph', 'sigmoid');
  expect(await nodeNotFinite(artifacts, own, images(2))).toBeUndefined();
  const bytes = Uint8Array.from(new Uint8Array(artifacts.weightData as ArrayBuffer));
  // Behind two numbers of axes, the first convolution's 3 × 3 × 3 × 4 weights and 4 biases: the second one's weights.
  new Float32Array(bytes.buffer).fill(3e38, 2 + 108 + 4, 2 + 108 + 4 + 216);
  const large = { ...artifacts, weightData: bytes.buffer };
  expect(await nodeNotFinite(large, own, images(2))).toBe('features/convolution');
});
