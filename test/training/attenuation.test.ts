import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { buildResNet } from '../../src/models/networks/resnet';
import { GeneratorTask } from '../../src/training/generator-task';
import { changeAgainst } from '../../src/training/losses/pair/attenuation';
import { generatorConfig, size, toySource } from './task-fixtures';

beforeAll(() => prepareNodeBackend('wasm'));

describe('changeAgainst', () => {
  // A positive image that is brightened by .4 and .1, a negative one that is darkened by .3.
  const change = () => tf.tensor4d([0.4, -0.2, 0.1, 0, 0.5, -0.3, 0, 0.2], [2, 2, 2, 1]);
  const decided = () => tf.tensor1d([1, 0]);

  it('is the mean brightening of positive images and darkening of negative ones', async () => {
    expect((await changeAgainst(change(), decided()).data())[0]).toBeCloseTo((0.4 + 0.1 + 0.3) / 8, 6);
  });

  it('pulls back what goes against the finding and leaves the rest alone', async () => {
    const gradient = tf.grad(x => changeAgainst(x as tf.Tensor4D, decided()))(change());
    const pulls = [...(await gradient.data())].map(value => Math.round(value * 8) + 0);
    expect(pulls).toEqual([1, 0, 1, 0, 0, -1, 0, 0]);
  });
});

describe('a training in the direction of a finding', () => {
  it('is refused for several classes, none of which is the finding', () => {
    const { model } = buildResNet({
      depth: 18,
      width: 4,
      size,
      channels: 1,
      head: 'features',
      seed: 9,
      classes: 3,
    });
    const config = { ...generatorConfig, classificationLoss: { form: 'carlini-wagner', margin: 1 } as const };
    expect(() => new GeneratorTask({ ...config, attenuation: 20 }, toySource, model)).toThrow(
      'A direction is known of two classes, or of a label, alone.',
    );
    expect(() => new GeneratorTask(config, toySource, model)).not.toThrow();
  });
});
