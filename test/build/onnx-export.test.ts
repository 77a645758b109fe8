import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { toOnnx } from '../../scripts/peers/onnx.mjs';
import { prepareNodeBackend } from '../../src/backends/node';
import { buildGenerator, type GeneratorOptions } from '../../src/models/networks/generator';
import { buildResNet } from '../../src/models/networks/resnet';
import { relativeError, seededTensor } from '../backends/helpers';

const generator: GeneratorOptions = {
  kind: 'single2',
  size: 32,
  channels: 1,
  width: 8,
  levels: 3,
  inputPooling: 2,
  outputLevel: 1,
  output: 'residual',
  residualBound: 0.35,
  seed: 3,
};

describe('ONNX files of the networks, as onnxruntime-web runs them', () => {
  beforeAll(async () => {
    ort.env.wasm.numThreads = 1;
    await prepareNodeBackend('cpu');
  });

  it.each([
    ['ResNet18, logit from features', () => resnet(18, 'features', 1)],
    ['ResNet18, logit from cells', () => resnet(18, 'cells', 1)],
    ['ResNet50, three channels', () => resnet(50, 'features', 3)],
    ['Single_2, heads at half resolution of a pooled input', () => buildGenerator(generator).model],
    ['Single_2 of a shared reconstruction', () => buildGenerator({ ...generator, output: 'shared' }).model],
    [
      'naive, plain, three channels',
      () => buildGenerator({ ...generator, kind: 'naive', output: 'plain', channels: 3 }).model,
    ],
  ])('%s: the same outputs as on the cpu backend', async (_name, build) => {
    const model = build();
    // Batch norms of a network that never trained do nothing; these do.
    for (const weight of model.weights) {
      if (/moving_variance|gamma/.test(weight.originalName))
        weight.write(tf.tidy(() => tf.add(seededTensor(weight.shape as number[], 1), 2)));
      if (/moving_mean|beta/.test(weight.originalName))
        weight.write(seededTensor(weight.shape as number[], 2));
    }
    const [, height, width, channels] = model.inputs[0].shape as number[];
    const x = tf.tidy(() => tf.abs(seededTensor([1, height, width, channels], 4))) as tf.Tensor4D;
    const expected = tf.tidy(() => [model.apply(x)].flat() as tf.Tensor[]);
    const session = await ort.InferenceSession.create(toOnnx(await artifactsOf(model)));
    const planes = tf.tidy(() => tf.transpose(x, [0, 3, 1, 2]).dataSync<'float32'>());
    const answers = await session.run({
      image: new ort.Tensor('float32', planes, [1, channels, height, width]),
    });
    expect(session.outputNames).toHaveLength(expected.length);
    expected.forEach((tensor, k) => {
      const answer = answers[session.outputNames[k]];
      const turned = tf.tidy(() => {
        const made = tf.tensor(answer.data as Float32Array, answer.dims as number[]);
        return (made.rank === 4 ? tf.transpose(made, [0, 2, 3, 1]) : made).dataSync<'float32'>();
      });
      expect(relativeError(turned, tensor.dataSync<'float32'>())).toBeLessThan(1e-5);
    });
    await session.release();
    tf.dispose([x, ...expected]);
    model.dispose();
  });
});

function resnet(depth: 18 | 50, head: 'features' | 'cells', channels: 1 | 3): tf.LayersModel {
  return buildResNet({ depth, width: 8, size: 64, channels, head, seed: 5 }).model;
}

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
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
