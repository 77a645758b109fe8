import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { generatorKindIds } from '../../src/models/generator-kinds';
import { foldBatchNorms } from '../../src/models/fold';
import { buildGenerator } from '../../src/models/networks/generator';
import { buildResNet } from '../../src/models/networks/resnet';
import { normal, seededRandom, uniform } from '../../src/models/random';

beforeAll(() => prepareNodeBackend('cpu'));
afterEach(() => tf.disposeVariables());

/** Gives every norm statistics, scales and shifts as training would leave them, some scales negative. */
function randomise(model: tf.LayersModel, seed = 1): tf.LayersModel {
  const random = seededRandom(seed);
  const drawn: Record<string, () => number> = {
    gamma: () => uniform(random, 0.5, 1.5) * (random() < 0.2 ? -1 : 1),
    beta: () => 0.3 * normal(random),
    moving_mean: () => 0.5 * normal(random),
    moving_variance: () => uniform(random, 0.3, 3),
    bias: () => 0.1 * normal(random),
  };
  for (const weight of model.weights) {
    const draw = drawn[weight.originalName.split('/').pop() as string];
    if (!draw) continue;
    const length = tf.util.sizeFromShape(weight.shape as number[]);
    weight.write(tf.tensor(Array.from({ length }, draw), weight.shape as number[]));
  }
  return model;
}

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async artifacts => {
      saved = { ...artifacts, modelTopology: JSON.parse(JSON.stringify(artifacts.modelTopology)) };
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return saved as tf.io.ModelArtifacts;
}

async function folded(model: tf.LayersModel): Promise<tf.LayersModel> {
  return tf.loadLayersModel(tf.io.fromMemory(foldBatchNorms(await artifactsOf(model))));
}

function worstDifference(a: tf.LayersModel, b: tf.LayersModel, x: tf.Tensor): number {
  const [one, two] = [a, b].map(model => [model.predict(x)].flat() as tf.Tensor[]);
  expect(two.length).toBe(one.length);
  return Math.max(...one.map((t, k) => tf.max(tf.abs(tf.sub(t, two[k]))).dataSync()[0]));
}

const count = (model: tf.LayersModel, name: string): number =>
  model.layers.filter(layer => layer.getClassName() === name).length;

describe('foldBatchNorms', () => {
  it.each([
    [18, 'features'],
    [50, 'features'],
    [18, 'cells'],
  ] as const)('leaves the logit of ResNet%i with a head over %s as it was', async (depth, head) => {
    const { model, featureLayer } = buildResNet({ depth, width: 4, size: 64, channels: 1, head, seed: 2 });
    randomise(model);
    const lean = await folded(model);
    const x = tf.randomUniform([2, 64, 64, 1], 0, 1, 'float32', 4);
    const logits = (model.predict(x) as tf.Tensor).dataSync();
    expect(Math.abs(logits[0] - logits[1])).toBeGreaterThan(1e-3); // not a constant
    expect(worstDifference(model, lean, x)).toBeLessThan(1e-4);
    // Stem and middles fold (1 + 8, or 1 + 2·16); pre-activations after a sum and the end stay.
    const foldable = depth === 18 ? 9 : 33;
    expect(count(lean, 'BatchNormalization')).toBe(count(model, 'BatchNormalization') - foldable);
    expect(lean.getLayer(featureLayer).outputShape).toEqual(model.getLayer(featureLayer).outputShape);
  });

  it.each(generatorKindIds)('leaves the images of %s as they were, without a norm', async kind => {
    for (const output of ['plain', 'residual'] as const) {
      const { model } = buildGenerator({
        kind,
        size: 32,
        channels: 1,
        width: 4,
        levels: 3,
        inputPooling: 2,
        outputLevel: 0,
        output,
        residualBound: 0.35,
        seed: 3,
      });
      randomise(model);
      const lean = await folded(model);
      const x = tf.randomUniform([2, 32, 32, 1], 0, 1, 'float32', 4);
      expect(worstDifference(model, lean, x)).toBeLessThan(1e-4);
      expect(count(lean, 'BatchNormalization')).toBe(0);
      model.dispose();
      lean.dispose();
    }
  });

  it('does not fold a convolution that somebody else reads, or that is an output', async () => {
    const input = tf.input({ shape: [4, 4, 1] });
    const shared = tf.layers.conv2d({ filters: 2, kernelSize: 1, name: 'shared' }).apply(input);
    const norm = tf.layers.batchNormalization({ name: 'norm' }).apply(shared);
    const sum = tf.layers.add({ name: 'sum' }).apply([shared, norm] as tf.SymbolicTensor[]);
    const seen = tf.layers.conv2d({ filters: 2, kernelSize: 1, name: 'seen' }).apply(sum);
    const relu = tf.layers.reLU({ name: 'relu' }).apply(seen);
    const model = randomise(
      tf.model({ inputs: input, outputs: [seen, relu] as tf.SymbolicTensor[] }),
    );
    const lean = await folded(model);
    expect(lean.layers.map(layer => layer.name).sort()).toEqual(model.layers.map(layer => layer.name).sort());
    expect(worstDifference(model, lean, tf.randomNormal([2, 4, 4, 1], 0, 1, 'float32', 1))).toBeLessThan(1e-6);
  });

  it('keeps a clipped ReLU and norms without scale or shift right', async () => {
    const model = randomise(
      tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3 }),
          tf.layers.batchNormalization({ scale: false }),
          tf.layers.reLU({ maxValue: 0.5 }),
          tf.layers.conv2d({ filters: 2, kernelSize: 3, useBias: false }),
          tf.layers.batchNormalization({ center: false, epsilon: 0.1 }),
          tf.layers.activation({ activation: 'relu' }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 4 }),
          tf.layers.batchNormalization(),
        ],
      }),
    );
    const graph = tf.model({ inputs: model.inputs, outputs: model.outputs });
    const lean = await folded(graph);
    const x = tf.randomNormal([3, 6, 6, 2], 0, 1, 'float32', 2);
    expect(worstDifference(graph, lean, x)).toBeLessThan(1e-5);
    expect(count(lean, 'BatchNormalization')).toBe(0);
    expect(count(lean, 'ReLU')).toBe(1);
  });
});
