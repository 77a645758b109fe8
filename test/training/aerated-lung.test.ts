import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { darkerThanLung } from '../../src/training/losses/pair/aerated-lung';

beforeAll(() => prepareNodeBackend('wasm'));

/** 56 × 56: soft tissue of .8, lungs of .3 in rows 14 to 41 (columns 10 to 21 and 34 to 45), black air along the left side. */
function film(lung = 0.3): tf.Tensor4D {
  const value = (row: number, column: number): number => {
    if (column < 4) return 0;
    const inLung = row >= 14 && row < 42 && [10, 34].some(left => column >= left && column < left + 12);
    return inLung ? lung : 0.8;
  };
  const pixels = Array.from({ length: 56 * 56 }, (_, i) => value(Math.floor(i / 56), i % 56));
  return tf.tensor4d(pixels, [1, 56, 56, 1]);
}

/** Sets rows 20 to 29 of columns 34 to 43 (25 of 784 cells) to a value. */
function withSquare(image: tf.Tensor4D, value: number): tf.Tensor4D {
  const pixels = image.dataSync().slice();
  for (let row = 20; row < 30; row++) pixels.fill(value, row * 56 + 34, row * 56 + 44);
  return tf.tensor4d(pixels, [1, 56, 56, 1]);
}

const valueOf = (scalar: tf.Tensor): number => scalar.dataSync()[0];

describe('darkerThanLung', () => {
  it('is the mean depth below the clearest lung of the film, in cells', () => {
    expect(valueOf(darkerThanLung(film(), withSquare(film(), 0.1)))).toBeCloseTo((0.2 * 25) / 784, 6);
  });

  it('lets an opacity be cleared down to lung, and the film be what it is', () => {
    const opaque = withSquare(film(), 0.7);
    expect(valueOf(darkerThanLung(opaque, withSquare(opaque, 0.3)))).toBe(0);
    // Air beside the body, and a hole that is in the film already.
    const pierced = withSquare(film(), 0.05);
    expect(valueOf(darkerThanLung(pierced, pierced))).toBe(0);
    expect(valueOf(darkerThanLung(pierced, withSquare(pierced, 0)))).toBeCloseTo((0.05 * 25) / 784, 6);
  });

  it('goes by each film of a batch', () => {
    const films = tf.concat([film(0.3), film(0.5)]) as tf.Tensor4D;
    const generated = tf.concat([withSquare(film(0.3), 0.3), withSquare(film(0.5), 0.3)]) as tf.Tensor4D;
    expect(valueOf(darkerThanLung(films, generated))).toBeCloseTo((0.2 * 25) / 784 / 2, 6);
  });

  it('pulls up what is too dark, and nothing else', () => {
    const gradient = tf.grad(x => darkerThanLung(film(), x as tf.Tensor4D))(withSquare(film(), 0.1));
    const values = gradient.dataSync();
    expect(values[22 * 56 + 36]).toBeCloseTo(-1 / (784 * 4), 8);
    expect(values[35 * 56 + 36] + 0).toBe(0);
  });
});
