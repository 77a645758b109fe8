import { describe, expect, it } from 'vitest';
import { frechetDistance } from '../../src/metrics/sets/frechet-distance';

/** Expected values: NumPy's covariance and SciPy's sqrtm of the same numbers (1e-10 added to both diagonals). */
function features(count: number, length: number, k: number): Float32Array[] {
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from(
      { length },
      (__, j) => Math.sin(1 + i * 3.1 + j * 1.7 * k) + (j % 2 ? 0.3 * k : 0) + 0.1 * i * Math.cos(j),
    ),
  );
}

describe('Fréchet distance', () => {
  it.each([
    ['as many samples', 12, 12, 4, 3.230912141669684],
    ['sets of two sizes', 9, 14, 3, 2.026995357279139],
    ['fewer samples than features', 6, 7, 10, 12.055629223402706],
  ])('as SciPy: %s', (_, n, m, d, expected) => {
    expect(frechetDistance.compute(features(n, d, 1), features(m, d, 2))).toBeCloseTo(expected, 4);
    expect(frechetDistance.compute(features(m, d, 2), features(n, d, 1))).toBeCloseTo(expected, 4);
  });

  it('is 0 between a set and itself, and the squared shift between a set and its shifted self', () => {
    const set = features(8, 5, 1);
    expect(frechetDistance.compute(set, set)).toBeCloseTo(0, 6);
    const shifted = set.map(row => row.map(value => value + 2));
    expect(frechetDistance.compute(set, shifted)).toBeCloseTo(5 * 4, 4);
  });

  it('has no value for a single image', () => {
    expect(frechetDistance.compute(features(1, 3, 1), features(4, 3, 1))).toBeUndefined();
  });
});
