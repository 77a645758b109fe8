import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { buildResNet } from '../../src/models/networks/resnet';
import { copyWeights } from '../../src/training/copy-weights';
import { smallGenerator } from './task-fixtures';

const options = { depth: 18, width: 4, size: 32, channels: 1, head: 'features' } as const;

describe('copyWeights', () => {
  it('makes a network answer as the other one does, its training-only output aside', () => {
    const from = buildResNet({ ...options, seed: 1 });
    const to = buildResNet({ ...options, seed: 2 });
    const cells = (network: typeof to): Float32Array =>
      network.trainingModel.getLayer('cells').getWeights()[0].dataSync() as Float32Array;
    const before = cells(to);
    copyWeights(from.model, to.trainingModel);
    const x = tf.randomUniform([2, 32, 32, 1], 0, 1, 'float32', 3);
    const answer = (model: tf.LayersModel): number[] => [...(model.predict(x) as tf.Tensor).dataSync()];
    expect(answer(to.model)).toEqual(answer(from.model));
    expect(cells(to)).toEqual(before);
  });

  it('takes a weight under another name where its own is not there', () => {
    const named = (name: string, kernel: number): tf.LayersModel => {
      const layer = tf.layers.dense({
        units: 1,
        name,
        kernelInitializer: tf.initializers.constant({ value: kernel }),
      });
      const input = tf.input({ shape: [1] });
      return tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
    };
    const to = named('positive_head', 0);
    copyWeights(named('adversarial_head', 3), to, name => [name, name.replace('positive', 'adversarial')]);
    expect(to.getWeights()[0].dataSync()[0]).toBe(3);
    expect(() => copyWeights(named('adversarial_head', 3), to)).toThrow(/no weight has the same name/);
  });

  it('keeps a setting that a layer holds as its weights: the bound of a residual output', () => {
    const [from, to] = [smallGenerator(1), smallGenerator(2, { residualBound: 0.7 })];
    copyWeights(from, to);
    const grey = tf.fill([1, 16, 16, 1], 0.5);
    // Each output is 0.5 + bound · tanh, far from where it would be clipped.
    const change = (model: tf.LayersModel): tf.Tensor =>
      tf.sub((model.predict(grey) as tf.Tensor[])[1], grey);
    const twice = tf.sub(change(to), tf.mul(change(from), 2));
    expect(tf.max(tf.abs(change(from))).dataSync()[0]).toBeGreaterThan(5e-5);
    expect(tf.max(tf.abs(twice)).dataSync()[0]).toBeLessThan(1e-6);
  });

  it('leaves layers as they are that may differ where they do', () => {
    const from = buildResNet({ ...options, seed: 1 });
    const to = buildResNet({ ...options, seed: 2, labels: 3 });
    const weight = (network: typeof to, layer: string): Float32Array =>
      network.trainingModel.getLayer(layer).getWeights()[0].dataSync() as Float32Array;
    const before = weight(to, 'logit');
    expect(() => copyWeights(from.trainingModel, to.trainingModel)).toThrow(/another architecture/);
    copyWeights(from.trainingModel, to.trainingModel, undefined, name => /^(cells|logit)\//.test(name));
    expect(weight(to, 'logit')).toEqual(before);
    expect(weight(to, 'stem_conv')).toEqual(weight(from, 'stem_conv'));
  });

  it('refuses another architecture', () => {
    const from = buildResNet({ ...options, seed: 1 });
    const wider = buildResNet({ ...options, width: 8, seed: 1 });
    expect(() => copyWeights(from.model, wider.model)).toThrow(/another architecture.*\[7, 7, 1, 4\] there/);
    const input = tf.input({ shape: [2] });
    const outputs = tf.layers.dense({ units: 1, name: 'other' }).apply(input) as tf.SymbolicTensor;
    const other = tf.model({ inputs: input, outputs });
    expect(() => copyWeights(other, from.model)).toThrow(/no weight has the same name/);
  });
});
