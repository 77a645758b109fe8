import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import type { FrozenClassifier } from '../../src/training/frozen-classifier';
import { pairOptions } from '../../src/training/losses/pair';
import { elsewhere, ownEvidence } from '../../src/training/losses/pair/own-evidence';
import type { PairParts } from '../../src/training/losses/pair/term';

beforeAll(() => prepareNodeBackend('wasm'));

/** Maps of 2 × 2 places, 1 at one of them. */
const at = (...places: number[]): tf.Tensor3D =>
  tf.reshape(tf.cast(tf.oneHot(tf.tensor1d(places, 'int32'), 4), 'float32'), [places.length, 2, 2]);
const counts = (...values: boolean[]): tf.Tensor1D => tf.tensor1d(values, 'bool');
const value = async (scalar: tf.Tensor): Promise<number> => (await scalar.data())[0];

describe('elsewhere', () => {
  it('is 1 − correlation with what each film has more than the others, by hand', async () => {
    // Standardised, film 1 has (3, −1, −1, −1) / √12 and film 2 (−1, 3, −1, −1) / √12: the first has (4, −4, 0, 0) / √12 more, which is
    // (1, −1, 0, 0) / √2. With what comes at place 0, (3, −1, −1, −1) / √12, that correlates at 4 / √24; at place 2 at 0.
    const there = elsewhere(at(0, 1), at(0, 1), counts(true, true));
    expect(await value(there)).toBeCloseTo(1 - 4 / Math.sqrt(24), 4);
    expect(await value(elsewhere(at(0, 1), at(2, 3), counts(true, true)))).toBeCloseTo(1, 4);
    expect(await value(elsewhere(at(0, 1), at(1, 0), counts(true, true)))).toBeCloseTo(
      1 + 4 / Math.sqrt(24),
      4,
    );
  });

  it('looks at the films that count alone, and at none that is alone', async () => {
    const two = await value(elsewhere(at(0, 1), at(0, 1), counts(true, true)));
    expect(await value(elsewhere(at(0, 3, 1), at(0, 2, 1), counts(true, false, true)))).toBeCloseTo(two, 5);
    expect(await value(elsewhere(at(0, 1), at(0, 1), counts(true, false)))).toBe(0);
  });

  it('hands its gradient to what comes, not to what was there', async () => {
    const there = at(0, 1);
    const ofBefore = tf.grad(before => elsewhere(before as tf.Tensor3D, at(2, 2), counts(true, true)));
    expect(() => ofBefore(there)).toThrow('Cannot compute gradient');
    const change = tf.grad(come => elsewhere(there, come as tf.Tensor3D, counts(true, true)))(at(2, 2));
    const pulls = await change.data();
    expect(pulls[0]).toBeLessThan(0);
    expect(pulls[1]).toBeGreaterThan(0);
  });
});

describe('the term of own evidence', () => {
  it('mirrors films back, and asks nothing of those that are called positive', async () => {
    const classifier = {
      isBinary: true,
      evidence: () => ({ before: at(0, 2), after: tf.add(at(0, 2), at(1, 2)) }),
    };
    const term = ownEvidence.open({ ownEvidence: 0.5 }, {
      classifier: classifier as unknown as FrozenClassifier,
    } as PairParts)!;
    const image = tf.zeros<tf.Rank.R4>([2, 2, 2, 1]);
    const loss = (logits: number[], mirrored: boolean[]): Promise<number> => {
      const original = tf.tensor2d(logits.map(logit => [0, logit]));
      return value(
        term.loss({ x: image, adversarial: image, views: [], mirrored, original, step: 0 }).weighted,
      );
    };
    const plain = await value(elsewhere(at(0, 2), at(1, 2), counts(true, true)));
    const turned = await value(elsewhere(at(1, 2), at(0, 2), counts(true, true)));
    expect(await loss([-1, -2], [false, false])).toBeCloseTo(0.5 * plain, 5);
    expect(await loss([-1, -2], [true, false])).toBeCloseTo(0.5 * turned, 5);
    expect(await loss([-1, 2], [false, false])).toBe(0);
  });

  it('is not there where it has no weight', () => {
    expect(ownEvidence.settings(pairOptions.parse({}), { model: 'm', classes: 2, views: [] })).toEqual({});
    expect(ownEvidence.open({}, {} as PairParts)).toBeUndefined();
  });
});
