import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { changeAgainst } from '../../src/training/losses/pair/attenuation';

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
