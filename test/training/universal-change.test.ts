import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import type { FrozenClassifier } from '../../src/training/frozen-classifier';
import { pairOptions } from '../../src/training/losses/pair';
import type { PairParts } from '../../src/training/losses/pair/term';
import { standardised } from '../../src/training/losses/places';
import { correlationOfPairs, universalChange } from '../../src/training/losses/pair/universal-change';

beforeAll(() => prepareNodeBackend('wasm'));

const side = 14;
const cells = side * side;

/** Changes of one cell each, where it is told, or in all the image. */
const changes = (...places: (number | 'everywhere')[]): tf.Tensor3D => {
  const values = new Float32Array(places.length * cells);
  places.forEach((place, n) => {
    if (place === 'everywhere') values.fill(0.3, n * cells, (n + 1) * cells);
    else values[n * cells + place] = n % 2 ? 0.2 : -0.5;
  });
  return tf.tensor3d(values, [places.length, side, side]);
};
const measured = async (change: tf.Tensor3D, counts: boolean[]): Promise<number> =>
  (await correlationOfPairs(standardised(tf.abs(change)), tf.tensor1d(counts, 'bool')).data())[0];

describe('correlationOfPairs', () => {
  it('is the mean over the pairs that count, whatever size and sign the changes have', async () => {
    expect(await measured(changes(5, 5), [true, true])).toBeCloseTo(1, 4);
    // Of the three pairs one lies at the same place; the other two correlate below 0 and count as 0.
    expect(await measured(changes(5, 5, 90), [true, true, true])).toBeCloseTo(1 / 3, 4);
    expect(await measured(changes(5, 5, 90), [true, false, true])).toBe(0);
  });

  it('is 0 of images that are alone, of no change and of one that is the same everywhere', async () => {
    expect(await measured(changes(5), [true])).toBe(0);
    expect(await measured(tf.zeros([2, side, side]), [true, true])).toBe(0);
    expect(await measured(changes('everywhere', 5), [true, true])).toBeCloseTo(0, 4);
  });

  it('has the correlation that SciPy has', async () => {
    // scipy.stats.pearsonr(numpy.abs(v[0]), numpy.abs(v[1])), v as below.
    const value = (m: number, image: number) => Math.sin(m * 0.37 + image * 0.4) * (m % 11) * 0.05;
    const values = [0, 1].flatMap(image => Array.from({ length: cells }, (_, m) => value(m, image)));
    expect(await measured(tf.tensor3d(values, [2, side, side]), [true, true])).toBeCloseTo(0.844125, 5);
  });

  it('draws nothing where nothing has changed', async () => {
    const gradient = tf.grad(x =>
      correlationOfPairs(standardised(tf.abs(x as tf.Tensor3D)), tf.tensor1d([true, true], 'bool')),
    );
    for (const value of await gradient(tf.zeros([2, side, side])).data()) expect(Math.abs(value)).toBe(0);
  });

  it('moves a change away from the place of another', async () => {
    const gradient = tf.grad(x =>
      correlationOfPairs(standardised(tf.abs(x as tf.Tensor3D)), tf.tensor1d([true, true], 'bool')),
    );
    // The first image has a change at 5, as the second has, and one of its own at 90.
    const both = tf.add(changes(5, 5), tf.concat([changes(90), changes(90).mul(0)] as tf.Tensor3D[], 0));
    const pulls = await gradient(tf.abs(both)).data();
    expect(pulls[5]).toBeGreaterThan(0);
    expect(pulls[90]).toBeLessThan(0);
  });
});

describe('the term against universal changes', () => {
  const loss = async (mirrored: boolean[], logits = [-1, -2]): Promise<number> => {
    // Both films have their change in the top left corner as the classifier sees them.
    const classifier = {
      isBinary: true,
      evidence: () => ({ before: tf.zeros([2, side, side]), after: changes(0, 0) }),
    } as unknown as FrozenClassifier;
    const term = universalChange.open({ universalChange: 0.5 }, { classifier } as PairParts);
    const image = tf.zeros<tf.Rank.R4>([2, side, side, 1]);
    const original = tf.tensor2d(logits.map(logit => [0, logit]));
    const { weighted } = term!.loss({ x: image, adversarial: image, views: [], mirrored, original, step: 0 });
    return (await weighted.data())[0];
  };

  it('compares places of films as they were, before they were mirrored', async () => {
    expect(await loss([false, false])).toBeCloseTo(0.5, 4);
    expect(await loss([true, true])).toBeCloseTo(0.5, 4);
    expect(await loss([false, true])).toBe(0);
  });

  it('asks nothing of films that are called positive', async () => {
    expect(await loss([false, false], [1, 2])).toBe(0);
    expect(await loss([false, false], [-1, 2])).toBe(0);
  });

  it('is not there where it has no weight', () => {
    expect(universalChange.settings(pairOptions.parse({}), { model: 'm', classes: 2, views: [] })).toEqual(
      {},
    );
    expect(universalChange.open({}, {} as PairParts)).toBeUndefined();
  });
});
