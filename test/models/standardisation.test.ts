import { expect, test } from 'vitest';
import { standardisation, standardised } from '../../src/models/standardisation';

test('features are brought to mean 0 and deviation 1, by hand', () => {
  // Means 3 and 1000.5; deviations √((4 + 0 + 4) / 3) and √((0.25 + 0 + 0.25) / 3), the second beside a mean that would drown its square.
  const samples = [
    [1, 1000],
    [3, 1000.5],
    [5, 1001],
  ].map(values => Float32Array.from(values));
  const { mean, scale } = standardisation(samples);
  expect([...mean]).toEqual([3, 1000.5].map(value => expect.closeTo(value, 10)));
  expect([...scale]).toEqual([Math.sqrt(8 / 3), Math.sqrt(0.5 / 3)].map(value => expect.closeTo(value, 10)));
  expect([...standardised(samples[2], { mean, scale })]).toEqual(
    [Math.sqrt(1.5), Math.sqrt(1.5)].map(value => expect.closeTo(value, 10)),
  );
});

test('a feature that never changes keeps the size of its changes', () => {
  const samples = [0.1, 0.1, 0.1].map(value => Float32Array.of(value));
  const usual = standardisation(samples);
  expect([...usual.scale]).toEqual([1]);
  expect(standardised(Float32Array.of(2.1), usual)[0]).toBeCloseTo(2, 6);
});
