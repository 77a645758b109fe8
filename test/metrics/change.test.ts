import { expect, it } from 'vitest';
import { changeMetrics, type ChangeId } from '../../src/metrics';

const zeros = new Float32Array(10);
const measure = (id: ChangeId, a: Float32Array, truth?: Uint8Array, valid?: Uint8Array): number | undefined =>
  changeMetrics
    .find(metric => metric.id === id)!
    .compute({ a, b: zeros, width: 10, height: 1, truth, valid });

it('spread is the smallest share of the pixels that holds 90 % of the change, whatever its sign', () => {
  // 8 + 1 of 10 is 90 %: two pixels of ten.
  const image = Float32Array.of(-8, 0, 0, 1, 0, 0, 0.5, 0.5, 0, 0);
  expect(measure('spread', image)).toBeCloseTo(0.2, 12);
  expect(measure('spread', Float32Array.of(0, 0, 0, 0, 0, 3, 0, 0, 0, 0))).toBeCloseTo(0.1, 12);
  expect(measure('spread', new Float32Array(10).fill(0.25))).toBeCloseTo(0.9, 12);
});

it('padding is neither counted nor changed', () => {
  const image = Float32Array.of(9, 9, 9, 9, 9, 4, 0, 0, 0, 0);
  const valid = Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1);
  expect(measure('spread', image, undefined, valid)).toBeCloseTo(1 / 5, 12);
  expect(measure('inTruth', image, Uint8Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0), valid)).toBe(1);
});

it('the share in the truth is that of the absolute change', () => {
  const truth = Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
  const image = Float32Array.of(-3, 1, 4, 0, 0, 0, 0, 0, 0, 0);
  expect(measure('inTruth', image, truth)).toBeCloseTo(0.5, 12);
  expect(measure('inTruth', image)).toBeUndefined();
});

it('a pixel counts as changed from half a grey level of 8 bits on', () => {
  const image = Float32Array.of(0.4 / 255, -0.6 / 255, 1, 0, 0, 0, 0, 0, 0, 0);
  expect(measure('changedPixels', image)).toBeCloseTo(0.2, 12);
  expect(measure('changedPixels', zeros)).toBe(0);
  expect(measure('changedPixels', image, undefined, Uint8Array.of(1, 1, 0, 1, 1, 0, 0, 0, 0, 0))).toBe(0.25);
});

it('a pixel is clipped where the second image alone reaches black or white', () => {
  const clipped = changeMetrics.find(({ id }) => id === 'clipped')!;
  const a = Float32Array.of(0.3, 0.3, 0.9, 0, 0.5);
  const b = Float32Array.of(0, 0.3, 1, 0, 0.4 / 255);
  const area = { width: 5, height: 1 };
  expect(clipped.compute({ a, b, ...area })).toBeCloseTo(3 / 5, 12);
  expect(clipped.compute({ a, b, ...area, valid: Uint8Array.of(0, 1, 1, 1, 1) })).toBeCloseTo(2 / 4, 12);
  expect(clipped.compute({ a: b, b: a, ...area })).toBe(0);
});

it('equal images have neither', () => {
  expect(measure('spread', zeros)).toBeUndefined();
  expect(measure('inTruth', zeros, new Uint8Array(10))).toBeUndefined();
});
