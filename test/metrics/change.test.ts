import { expect, it } from 'vitest';
import { changeFigures } from '../../src/metrics';

const zeros = Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

it('spread is the smallest share of the pixels that holds 90 % of the change, whatever its sign', () => {
  // 8 + 1 of 10 is 90 %: two pixels of ten.
  expect(changeFigures(Float32Array.of(-8, 0, 0, 1, 0, 0, 0.5, 0.5, 0, 0), zeros)?.spread).toBeCloseTo(
    0.2,
    12,
  );
  expect(changeFigures(Float32Array.of(0, 0, 0, 0, 0, 3, 0, 0, 0, 0), zeros)?.spread).toBeCloseTo(0.1, 12);
  expect(changeFigures(new Float32Array(10).fill(0.25), zeros)?.spread).toBeCloseTo(0.9, 12);
});

it('the share in the truth is that of the absolute change', () => {
  const truth = Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
  const image = Float32Array.of(-3, 1, 4, 0, 0, 0, 0, 0, 0, 0);
  expect(changeFigures(image, zeros, truth)?.inTruth).toBeCloseTo(0.5, 12);
  expect(changeFigures(image, zeros)).not.toHaveProperty('inTruth');
});

it('equal images have neither', () => {
  expect(changeFigures(zeros, zeros, new Uint8Array(10))).toBeUndefined();
});
