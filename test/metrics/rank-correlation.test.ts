import { expect, test } from 'vitest';
import { rankCorrelation } from '../../src/metrics';

test('is Spearman’s, ties with their mean rank, padding left out', () => {
  // scipy.stats.spearmanr 1.17.1: ([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]) and ([0, 0, 1, 2, 2, 9], [3, 1, 1, 4, 5, 2]).
  const of = (a: number[], b: number[], valid?: number[]): number | undefined =>
    rankCorrelation(Float32Array.from(a), Float32Array.from(b), valid && Uint8Array.from(valid));
  expect(of([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
  expect(of([0, 0, 1, 2, 2, 9], [3, 1, 1, 4, 5, 2])).toBeCloseTo(0.4030299679679092, 12);
  expect(of([7, 1, 2, 3, 4, 5, -9], [0, 5, 6, 7, 8, 7, 99], [0, 1, 1, 1, 1, 1, 0])).toBeCloseTo(
    0.8207826816681233,
    12,
  );
  expect(of([1, 1, 1], [1, 2, 3])).toBeUndefined();
  expect(() => of([1, 2], [1])).toThrow(/lengths 2 and 1/);
});
