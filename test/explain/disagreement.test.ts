import { expect, test } from 'vitest';
import { disagreementOf } from '../../src/explain/disagreement';

test('hatched is where the standard deviation is above the mean, of what reaches a tenth of the maximum', () => {
  // By hand: floor 0.1. The first three and the last are spoken of; two of the four differ by more than their mean.
  const map = Float32Array.of(1, 0.5, 0.2, 0.05, 0.02);
  const spread = Float32Array.of(0.9, 0.6, 0.2, 0.06, 0.3);
  expect(disagreementOf({ map, spread, top: 1 })).toEqual({
    pixels: Uint8Array.of(0, 1, 0, 0, 1),
    share: 0.5,
  });
});

test('a single pass and a map that marks nothing disagree nowhere', () => {
  expect(disagreementOf({ map: Float32Array.of(1), top: 1 })).toBeUndefined();
  expect(disagreementOf({ map: new Float32Array(2), spread: Float32Array.of(1, 1), top: 0 })).toBeUndefined();
});
