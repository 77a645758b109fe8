import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import {
  generatorOutputs,
  type GeneratorKind,
  type GeneratorOutput,
} from '../../src/models/card';
import { generatorKindIds } from '../../src/models/generator-kinds';
import { LayerFactory } from '../../src/models/networks/blocks';
import { buildGenerator, type GeneratorOptions } from '../../src/models/networks/generator';
import { buildResNet } from '../../src/models/networks/resnet';

beforeAll(() => prepareNodeBackend('cpu'));
afterEach(() => tf.disposeVariables());

const trainable = (model: tf.LayersModel): number =>
  model.trainableWeights.reduce((sum, weight) => sum + tf.util.sizeFromShape(weight.shape as number[]), 0);

const weightsOf = (model: tf.LayersModel): number[][] => model.getWeights().map(w => [...w.dataSync()]);

const generatorOptions: GeneratorOptions = {
  kind: 'single2',
  size: 32,
  channels: 1,
  width: 4,
  levels: 3,
  inputPooling: 2,
  outputLevel: 1,
  output: 'residual',
  residualBound: 0.35,
  seed: 1,
};

describe('buildResNet', () => {
  // Published (torchvision): ResNet18 11,689,512 and ResNet50 25,557,032 parameters for 1000 classes. Less the head
  // (513,000; 2,049,000) and the batch norms of version 1 (9,600; 53,120) the convolutions remain: 11,166,912 and 23,454,912.
  // Version 2 norms inputs instead of outputs. ResNet18: 2·(64 stem + 1,472 block inputs + 1,920 middles + 512 end) = 7,936.
  // ResNet50: 2·(64 stem + 13,120 block inputs + 7,552 reduced and middle + 2,048 end) = 45,568. One logit: 513 and 2,049.
  const stem = 7 * 7 * 3 * 64;
  it.each([
    { depth: 18, convolutions: 11_166_912, norms: 7_936, head: 512 },
    { depth: 50, convolutions: 23_454_912, norms: 45_568, head: 2_048 },
  ] as const)('has the parameters of the published ResNet$depth', ({ depth, convolutions, norms, head }) => {
    // At a quarter of the width: a sixteenth of the weights between layers, a quarter of what one side alone scales.
    const expected = (convolutions - stem) / 16 + stem / 4 + norms / 4 + head / 4 + 1;
    const { model } = buildResNet({ depth, width: 16, size: 32, channels: 3, head: 'features', seed: 1 });
    expect(trainable(model)).toBe(expected);
    // A moving mean and variance beside each γ and β.
    expect(model.countParams()).toBe(expected + norms / 4);
  });

  it('has 11.2 million parameters at width 64 and depth 18', () => {
    const { model } = buildResNet({ depth: 18, width: 64, size: 32, channels: 3, head: 'features', seed: 1 });
    expect(trainable(model)).toBe(11_166_912 + 7_936 + 513);
  });

  it.each([18, 50] as const)('maps images to one logit and cells, depth %i', depth => {
    const { model, trainingModel, featureLayer } = buildResNet({
      depth,
      width: 4,
      size: 64,
      channels: 1,
      head: 'features',
      seed: 1,
    });
    const x = tf.randomUniform([2, 64, 64, 1], 0, 1, 'float32', 1);
    const logit = model.predict(x) as tf.Tensor;
    const [again, cells] = trainingModel.predict(x) as tf.Tensor[];
    expect(logit.shape).toEqual([2, 1]);
    expect(cells.shape).toEqual([2, 2, 2, 1]);
    expect([...logit.dataSync()]).toEqual([...again.dataSync()]);
    expect([...logit.dataSync()].every(Number.isFinite)).toBe(true);
    const features = model.getLayer(featureLayer).outputShape;
    expect(features).toEqual([null, 2, 2, depth === 18 ? 32 : 128]);
  });

  it('decides each label by its own cells, of which the highest counts as much as the mean, with a head over cells', () => {
    const options = { depth: 10, width: 4, size: 64, channels: 1, head: 'cells', labels: 3, seed: 1 } as const;
    const { model, trainingModel } = buildResNet(options);
    const x = tf.randomUniform([2, 64, 64, 1], 0, 1, 'float32', 1);
    const [logits, cells] = trainingModel.predict(x) as tf.Tensor4D[];
    expect(cells.shape).toEqual([2, 4, 4, 3]);
    const scores = cells.arraySync();
    const pooled = (n: number, k: number): number => {
      const at = (y: number, column: number): number => scores[n][y][column][k];
      const all = [0, 1, 2, 3].flatMap(y => [0, 1, 2, 3].map(column => at(y, column)));
      const squares = [0, 1, 2].flatMap(y =>
        [0, 1, 2].map(column => (at(y, column) + at(y, column + 1) + at(y + 1, column) + at(y + 1, column + 1)) / 4),
      );
      const mean = all.reduce((sum, value) => sum + value, 0) / 16;
      return (Math.max(...all) + Math.max(...squares) + mean) / 3;
    };
    (logits as tf.Tensor as tf.Tensor2D)
      .arraySync()
      .forEach((row, n) => row.forEach((value, k) => expect(value).toBeCloseTo(pooled(n, k), 4)));
    expect((model.predict(x) as tf.Tensor).shape).toEqual([2, 3]);
    expect(() => buildResNet({ ...options, labels: undefined, classes: 3 })).toThrow(/need --head features/);
  });

  it('decides by the mean and the maximum of the cells’ scores with a head over cells', () => {
    const { model, trainingModel } = buildResNet({
      depth: 18,
      width: 4,
      size: 96,
      channels: 1,
      head: 'cells',
      seed: 1,
    });
    const x = tf.randomUniform([1, 96, 96, 1], 0, 1, 'float32', 1);
    const [logit, cells] = trainingModel.predict(x) as tf.Tensor4D[];
    expect(cells.shape).toEqual([1, 6, 6, 1]);
    const rows = cells.squeeze<tf.Tensor2D>([0, 3]).arraySync();
    // 3 × 3 neighbourhoods that lie inside the map.
    const scores = [0, 1, 2, 3].flatMap(r =>
      [0, 1, 2, 3].map(c => {
        const sum = [0, 1, 2].flatMap(i => [0, 1, 2].map(j => rows[r + i][c + j])).reduce((a, b) => a + b, 0);
        return 1 / (1 + Math.exp(-sum / 9));
      }),
    );
    const mean = scores.reduce((a, b) => a + b, 0) / 16;
    expect(logit.dataSync()[0]).toBeCloseTo(2 * mean + 2 * Math.max(...scores), 5);
    expect((model.predict(x) as tf.Tensor).dataSync()[0]).toBe(logit.dataSync()[0]);
  });

  it('has equal weights for an equal seed, others for another', () => {
    const build = (seed: number): number[][] =>
      weightsOf(buildResNet({ depth: 18, width: 4, size: 32, channels: 1, head: 'features', seed }).trainingModel);
    const first = build(7);
    expect(build(7)).toEqual(first);
    expect(build(8)).not.toEqual(first);
  });

  it('starts every convolution from weights of its own', () => {
    const { trainingModel } = buildResNet({ depth: 18, width: 4, size: 32, channels: 1, head: 'features', seed: 1 });
    const kernels = trainingModel.trainableWeights
      .filter(weight => weight.originalName.endsWith('/kernel'))
      .map(weight => weight.read().dataSync().slice(0, 4).join());
    expect(kernels.length).toBeGreaterThan(20);
    expect(new Set(kernels).size).toBe(kernels.length);
  });

  it('refuses a size it cannot halve five times', () => {
    expect(() => buildResNet({ depth: 18, width: 4, size: 100, channels: 1, head: 'features', seed: 1 })).toThrow(
      /multiple of 32.*100/,
    );
  });
});

const outputsOf = (kind: GeneratorKind): readonly GeneratorOutput[] =>
  generatorOutputs.filter(output => output !== 'shared' || (kind !== 'duo' && kind !== 'mask'));

describe('buildGenerator', () => {
  it.each(generatorKindIds)('makes images of the input’s shape and range: %s', kind => {
    for (const output of outputsOf(kind)) {
      for (const channels of [1, 3] as const) {
        const { model } = buildGenerator({ ...generatorOptions, kind, output, channels });
        const x = tf.randomUniform([2, 32, 32, channels], 0, 1, 'float32', 3);
        const made = model.predict(x) as tf.Tensor | tf.Tensor[];
        const images = Array.isArray(made) ? made : [made];
        expect(images).toHaveLength(['naive', 'mask', 'syce'].includes(kind) ? 1 : 2);
        for (const image of images) {
          expect(image.shape).toEqual([2, 32, 32, kind === 'mask' ? 1 : channels]);
          const values = image.dataSync();
          expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...values)).toBeLessThanOrEqual(1);
        }
        model.dispose();
      }
    }
  });

  it.each([
    [1, 0],
    [2, 0],
    [4, 0],
    [1, 1],
    [2, 1],
    [2, 2],
  ])('brings heads back to full size from pooling %i and level %i', (inputPooling, outputLevel) => {
    for (const output of generatorOutputs) {
      const { model } = buildGenerator({ ...generatorOptions, inputPooling, outputLevel, output });
      expect(model.outputs.map(o => o.shape)).toEqual([
        [null, 32, 32, 1],
        [null, 32, 32, 1],
      ]);
      model.dispose();
    }
  });

  it('loses no pixel between blocks and channels', () => {
    const layers = new LayerFactory(1);
    const input = tf.input({ shape: [4, 4, 1] });
    const folded = layers.fold(input, 'fold', 2);
    const model = tf.model({ inputs: input, outputs: [folded, layers.unfold(folded, 'unfold', 2)] });
    const pixels = Array.from({ length: 16 }, (_, i) => i);
    const [channels, image] = model.predict(tf.tensor4d(pixels, [1, 4, 4, 1])) as tf.Tensor[];
    // Of the upper left block the pixels 0, 1 and, a line below, 4, 5; then its neighbours.
    expect([...channels.dataSync()]).toEqual([0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]);
    expect([...image.dataSync()]).toEqual(pixels);
    expect(model.trainableWeights).toHaveLength(0);
  });

  it('makes plain images pixel by pixel where asked to, at the start some 40 dB from their image', () => {
    const subPixel = { ...generatorOptions, outputLevel: 0, width: 8, output: 'plain', subPixel: true } as const;
    const x = tf.randomUniform([1, 32, 32, 1], 0, 1, 'float32', 3);
    for (const kind of ['single1', 'single2', 'naive', 'duo'] as const) {
      const { model } = buildGenerator({ ...subPixel, kind });
      for (const made of [model.predict(x)].flat()) {
        expect(made.shape).toEqual([1, 32, 32, 1]);
        const error = tf.mean(tf.squaredDifference(made, x)).dataSync()[0];
        expect(10 * Math.log10(1 / error), kind).toBeGreaterThan(33);
        expect(10 * Math.log10(1 / error), kind).toBeLessThan(55);
      }
    }
    expect(() => buildGenerator({ ...subPixel, output: 'residual' })).toThrow(/Only grey images of plain output/);
    expect(() => buildGenerator({ ...subPixel, kind: 'mask' })).toThrow(/Only grey images of plain output/);
    expect(() => buildGenerator({ ...subPixel, outputLevel: 1 })).toThrow(/16 pixels of a block/);
  });

  it('changes the local contrast where asked to: twice as much where a finding goes, none where one comes', () => {
    const { model } = buildGenerator({ ...generatorOptions, kind: 'cyce', localContrast: true });
    const pixels = Array.from({ length: 32 * 32 }, (_, i) => 0.5 + 0.2 * Math.sin(i * 1.7) * Math.cos(i / 40));
    const x = tf.tensor4d(pixels, [1, 32, 32, 1]);
    // By hand: the mean of the window of 15 pixels around each, of what lies inside.
    const localMean = pixels.map((_, i) => {
      const [row, column] = [Math.floor(i / 32), i % 32];
      const near = pixels.filter((__, k) => Math.abs(Math.floor(k / 32) - row) <= 7 && Math.abs((k % 32) - column) <= 7);
      return near.reduce((sum, value) => sum + value, 0) / near.length;
    });
    const means = tf.model({ inputs: model.inputs, outputs: model.getLayer('local_mean').output as tf.SymbolicTensor });
    (means.predict(x) as tf.Tensor).dataSync().forEach((value, i) => expect(value).toBeCloseTo(localMean[i], 4));
    for (const bias of [-20, 0, 20]) {
      for (const layer of model.layers.filter(({ name }) => /^(negative|positive)_(head\d+|contrast)$/.test(name))) {
        const [kernel, before] = layer.getWeights();
        const last = layer.name.endsWith('_contrast') ? bias : 0;
        layer.setWeights([tf.zerosLike(kernel), tf.add(tf.zerosLike(before), last)]);
      }
      const gain = bias === 20 ? 1 : 0;
      const images = model.predict(x) as tf.Tensor[];
      expect(model.outputs.map(({ name }) => name.split('_')[0])).toEqual(['negative', 'positive']);
      images.forEach((image, head) => {
        const values = image.dataSync();
        for (let row = 8; row < 24; row++) {
          for (let column = 8; column < 24; column++) {
            const i = row * 32 + column;
            const expected = pixels[i] + [gain, -gain][head] * (pixels[i] - localMean[i]);
            expect(values[i]).toBeCloseTo(Math.min(1, Math.max(0, expected)), 4);
          }
        }
      });
    }
    const refused = (options: object): (() => unknown) => () =>
      buildGenerator({ ...generatorOptions, kind: 'cyce', localContrast: true, ...options });
    expect(refused({ output: 'plain' })).toThrow(/local contrast/);
    expect(refused({ channels: 3 })).toThrow(/local contrast/);
    expect(refused({ kind: 'single2' })).toThrow(/local contrast/);
  });

  it('starts a residual generator near the identity and bounds what it may change', () => {
    const { model } = buildGenerator(generatorOptions);
    const x = tf.randomUniform([1, 32, 32, 1], 0, 1, 'float32', 3);
    const change = (factor: number): number => {
      for (const layer of model.layers.filter(each => each.name.endsWith('head2'))) {
        layer.setWeights(layer.getWeights().map(w => tf.mul(w, factor)));
      }
      const [, adversarial] = model.predict(x) as tf.Tensor[];
      return tf.max(tf.abs(tf.sub(adversarial, x))).dataSync()[0];
    };
    const start = change(1);
    expect(start).toBeGreaterThan(0);
    expect(start).toBeLessThan(0.1);
    const driven = change(1e6);
    expect(driven).toBeGreaterThan(0.3);
    expect(driven).toBeLessThanOrEqual(0.3501);
  });

  it('pairs the two heads of Single, the two networks of Duo, nothing of Naive', () => {
    const pairs = (kind: GeneratorOptions['kind']): ReturnType<typeof buildGenerator>['pairs'] =>
      buildGenerator({ ...generatorOptions, kind }).pairs;
    expect(pairs('naive')).toHaveLength(0);
    expect(pairs('single1').map(([a]) => a.originalName)).toEqual([
      'similar_head1/kernel',
      'similar_head1/bias',
    ]);
    expect(pairs('single2').map(([a]) => a.originalName)).toEqual([
      'similar_head1/kernel',
      'similar_head1/bias',
      'similar_head2/kernel',
      'similar_head2/bias',
    ]);
    const { model, pairs: duo } = buildGenerator({ ...generatorOptions, kind: 'duo' });
    expect(2 * duo.length).toBe(model.trainableWeights.length);
    for (const [similar, adversarial] of duo) {
      expect(adversarial.originalName).toBe(similar.originalName.replace('similar_', 'adversarial_'));
      expect(adversarial.shape).toEqual(similar.shape);
      expect(adversarial).not.toBe(similar);
    }
  });

  it('starts paired kernels apart, or W would be zero', () => {
    const { pairs } = buildGenerator(generatorOptions);
    const [kernelS, kernelA] = pairs[0].map(weight => [...weight.read().dataSync()]);
    expect(kernelS).not.toEqual(kernelA);
  });

  it('adds the changes of a shared output to one reconstruction: its error is in both and not in their difference', () => {
    const { model } = buildGenerator({ ...generatorOptions, output: 'shared' });
    const set = (name: string, values: (weights: tf.Tensor[]) => tf.Tensor[]): void => {
      const layer = model.layers.find(each => each.name === name) as tf.layers.Layer;
      layer.setWeights(values(layer.getWeights()));
    };
    // A reconstruction of .5 everywhere, and heads whose tanh makes ±.35.
    set('reconstruction_image', ([kernel, bias]) => [tf.zerosLike(kernel), tf.fill(bias.shape, 0.5)]);
    set('similar_head2', ([kernel, bias]) => [tf.zerosLike(kernel), tf.fill(bias.shape, 0)]);
    set('adversarial_head2', ([kernel, bias]) => [tf.zerosLike(kernel), tf.fill(bias.shape, -10)]);
    const x = tf.randomUniform([1, 32, 32, 1], 0, 1, 'float32', 3);
    const [similar, adversarial] = (model.predict(x) as tf.Tensor4D[]).map(image => image.arraySync()[0]);
    for (let y = 4; y < 28; y++) {
      for (let column = 4; column < 28; column++) {
        expect(similar[y][column][0]).toBeCloseTo(0.5, 5);
        expect(adversarial[y][column][0]).toBeCloseTo(0.15, 4);
      }
    }
  });

  it.each([1, 3] as const)('starts a shared output near its input, but not at it: %i channels', channels => {
    const { model } = buildGenerator({ ...generatorOptions, channels, output: 'shared' });
    const x = tf.randomUniform([1, 32, 32, channels], 0, 1, 'float32', 3);
    const [similar] = model.predict(x) as tf.Tensor4D[];
    const decibels = -10 * Math.log10(tf.mean(tf.squaredDifference(similar, x)).dataSync()[0]);
    expect(decibels).toBeGreaterThan(32);
    expect(decibels).toBeLessThan(60);
  });

  it('refuses a shared output where nothing is shared', () => {
    expect(() => buildGenerator({ ...generatorOptions, kind: 'duo', output: 'shared' })).toThrow(/duo/);
  });

  it('has equal weights for an equal seed', () => {
    const build = (seed: number): number[][] =>
      weightsOf(buildGenerator({ ...generatorOptions, seed }).model);
    const first = build(3);
    expect(build(3)).toEqual(first);
    expect(build(4)).not.toEqual(first);
  });

  it('up-samples a constant to the same constant inside', () => {
    // A plain output of constant heads: sigmoid(0) = 0.5 everywhere but the faded border.
    const { model } = buildGenerator({ ...generatorOptions, output: 'plain' });
    for (const layer of model.layers.filter(each => each.name.endsWith('head2'))) {
      layer.setWeights(layer.getWeights().map(w => tf.zerosLike(w)));
    }
    const [similar] = model.predict(tf.zeros([1, 32, 32, 1])) as tf.Tensor4D[];
    const rows = similar.arraySync()[0];
    for (let y = 4; y < 28; y++) {
      for (let x = 4; x < 28; x++) expect(rows[y][x][0]).toBeCloseTo(0.5, 5);
    }
  });

  it('refuses sizes and levels that do not fit', () => {
    expect(() => buildGenerator({ ...generatorOptions, size: 36 })).toThrow(/multiple of 8.*36/);
    expect(() => buildGenerator({ ...generatorOptions, outputLevel: 3 })).toThrow(/level 3 of 3/);
  });
});

describe('the tfjs layers format', () => {
  it('round trip gives the same outputs', async () => {
    const x = tf.randomUniform([1, 32, 32, 1], 0, 1, 'float32', 5);
    const models = [
      buildResNet({ depth: 18, width: 4, size: 32, channels: 1, head: 'features', seed: 1 }).model,
      buildGenerator({ ...generatorOptions, kind: 'duo' }).model,
    ];
    for (const model of models) {
      let saved: tf.io.ModelArtifacts | undefined;
      await model.save(
        tf.io.withSaveHandler(async artifacts => {
          saved = artifacts;
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
        }),
      );
      const topology = JSON.parse(JSON.stringify(saved?.modelTopology));
      const loaded = await tf.loadLayersModel(
        tf.io.fromMemory({ ...saved, modelTopology: topology } as tf.io.ModelArtifacts),
      );
      const outputs = [model, loaded].map(m => [m.predict(x)].flat() as tf.Tensor[]);
      expect(outputs[1].map(t => [...t.dataSync()])).toEqual(outputs[0].map(t => [...t.dataSync()]));
    }
  });
});
