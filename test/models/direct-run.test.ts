import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { runDirectly } from '../../src/models/direct-run';
import { foldBatchNorms } from '../../src/models/fold';
import { loadLayers } from '../../src/models/load-layers';
import { buildGenerator, type GeneratorOptions } from '../../src/models/networks/generator';
import { buildResNet } from '../../src/models/networks/resnet';
import { featureClassifier } from '../../src/models/pooled-features';
import { relativeError, seededTensor } from '../backends/helpers';

const generator: GeneratorOptions = {
  kind: 'single2',
  size: 32,
  channels: 1,
  width: 8,
  levels: 3,
  inputPooling: 2,
  outputLevel: 1,
  output: 'shared',
  residualBound: 0.35,
  seed: 3,
};
const networks: [string, () => tf.LayersModel][] = [
  ['ResNet18, logit from features', () => buildResNet({ depth: 18, width: 8, size: 64, channels: 1, head: 'features', seed: 5 }).model],
  ['ResNet50, logit from cells', () => buildResNet({ depth: 50, width: 8, size: 64, channels: 3, head: 'cells', seed: 5 }).model],
  ['Single_2 at half resolution', () => buildGenerator(generator).model],
  [
    'by decision, with local contrast',
    () => buildGenerator({ ...generator, kind: 'cyce', output: 'residual', localContrast: true }).model,
  ],
  ['Duo of three channels', () => buildGenerator({ ...generator, kind: 'duo', output: 'plain', channels: 3 }).model],
];

describe.each(['wasm', 'cpu'] as const)('a network that runs without tf.layers, on %s', backend => {
  it.each(networks)('%s: the outputs of the layers, and no tensor or memory left behind', async (_name, build) => {
    await prepareNodeBackend(backend);
    const artifacts = await trained(build());
    const plain = await tf.loadLayersModel(tf.io.fromMemory(foldBatchNorms(artifacts)));
    const direct = await loadLayers(artifacts, true);
    const [, height, width, channels] = plain.inputs[0].shape as number[];
    const x = seededTensor([2, height, width, channels], 4) as tf.Tensor4D;
    const before = [tf.memory().numTensors, tf.engine().backend.numDataIds()];
    const expected = [plain.apply(x)].flat() as tf.Tensor[];
    for (const layer of direct.layers) {
      layer.call = () => {
        throw new Error('a layer ran');
      };
    }
    const actual = [direct.apply(x)].flat() as tf.Tensor[];
    expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
    actual.forEach((tensor, k) => {
      // The same kernels, but for a batch norm with its ReLU.
      expect(relativeError(tensor.dataSync<'float32'>(), expected[k].dataSync<'float32'>())).toBeLessThan(1e-6);
    });
    tf.dispose([...expected, ...actual]);
    expect([tf.memory().numTensors, tf.engine().backend.numDataIds()]).toEqual(before);
    tf.dispose(x);
    plain.dispose();
    direct.dispose();
  });
});

describe('a network that runs without tf.layers', () => {
  const classifier = (): tf.LayersModel => networks[0][1]();

  it('takes no layer to run', async () => {
    await prepareNodeBackend('wasm');
    const model = await loadLayers(await trained(classifier()), true);
    for (const layer of model.layers) {
      layer.call = () => {
        throw new Error('a layer ran');
      };
    }
    const x = seededTensor([1, 64, 64, 1], 4) as tf.Tensor4D;
    const before = (model.apply(x) as tf.Tensor).dataSync()[0];
    const kernel = model.getLayer('logit').weights[0];
    kernel.write(tf.tidy(() => tf.mul(kernel.read(), 0)));
    const bias = model.getLayer('logit').weights[1].read().dataSync()[0];
    expect(before).not.toBe(bias);
    // Weights that change count at the next run.
    expect((model.apply(x) as tf.Tensor).dataSync()[0]).toBe(bias);
    expect(() => tf.grad(y => (model.apply(y) as tf.Tensor).sum())(x)).toThrow('a layer ran');
  });

  it('has the gradient of the layers', async () => {
    await prepareNodeBackend('wasm');
    const artifacts = await trained(classifier());
    const plain = await tf.loadLayersModel(tf.io.fromMemory(foldBatchNorms(artifacts)));
    const direct = await loadLayers(artifacts, true);
    const x = seededTensor([1, 64, 64, 1], 4);
    const gradient = (model: tf.LayersModel): Float32Array =>
      tf.grad(y => (model.apply(y) as tf.Tensor).sum())(x).dataSync<'float32'>();
    expect(gradient(direct)).toEqual(gradient(plain));
  });

  it('gives inner values too, in the order of its outputs', async () => {
    await prepareNodeBackend('wasm');
    const model = await loadLayers(await trained(classifier()), true);
    const names = ['features_relu', 'stem_pool'];
    const x = seededTensor([1, 64, 64, 1], 4) as tf.Tensor4D;
    const inner = names.map(name => tf.model({ inputs: model.inputs, outputs: model.getLayer(name).output }).predict(x) as tf.Tensor);
    const outputs = featureClassifier(model, names).model.apply(x) as tf.Tensor[];
    [model.apply(x) as tf.Tensor, ...inner].forEach((wanted, k) => {
      expect(outputs[k].shape).toEqual(wanted.shape);
      expect(relativeError(outputs[k].dataSync<'float32'>(), wanted.dataSync<'float32'>())).toBeLessThan(1e-6);
    });
  });

  it('goes through the layers where one is not known', async () => {
    await prepareNodeBackend('cpu');
    const input = tf.input({ shape: [4, 4, 2] });
    const hidden = tf.layers.prelu({}).apply(input) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: tf.layers.activation({ activation: 'relu' }).apply(hidden) as tf.SymbolicTensor });
    const call = model.call;
    runDirectly(model);
    expect(model.call).toBe(call);
    const same = tf.model({ inputs: input, outputs: tf.layers.activation({ activation: 'linear' }).apply(input) as tf.SymbolicTensor });
    runDirectly(same);
    const x = seededTensor([1, 4, 4, 2], 4);
    const y = same.apply(x) as tf.Tensor;
    expect(y.dataSync()).toEqual(x.dataSync());
    y.dispose();
    expect(x.dataSync()).toHaveLength(32);
  });
});

/** Saved form of a network whose batch norms do something. */
async function trained(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  for (const weight of model.weights) {
    const shape = weight.shape as number[];
    if (/moving_variance|gamma/.test(weight.originalName)) weight.write(tf.tidy(() => tf.add(seededTensor(shape, 1), 2)));
    if (/moving_mean|beta/.test(weight.originalName)) weight.write(seededTensor(shape, 2));
  }
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async given => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  if (!artifacts) throw new Error('The model was not saved.');
  return artifacts;
}
