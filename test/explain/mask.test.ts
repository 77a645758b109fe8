import { expect, test } from 'vitest';
import { colourTop, explanationMask, methods } from '../../src/explain';
import { explanationLevels } from '../../src/explain/mask';

/** 100 pixels: zero but for ten of them. */
const sparse = (...values: number[]): Float32Array =>
  Float32Array.from([...values, ...new Float32Array(100)]).slice(0, 100);
const marked = (mask: Uint8Array): number[] => [...mask.keys()].filter(pixel => mask[pixel]);

test('pixels of value 0 are in no mask, whatever the percentile asks for', () => {
  for (const { id } of methods) {
    expect(marked(explanationMask(sparse(0.5, 0.4), 90, id)), id).toEqual([0, 1]);
    expect(marked(explanationMask(sparse(), 90, id)), id).toEqual([]);
  }
  // A map of a release that this one does not know.
  expect(marked(explanationMask(sparse(0.5, 0.1), 90, 'unheard-of'))).toEqual([0, 1]);
});

test('a difference of less than one grey level of 8 bits marks nothing', () => {
  const map = sparse(5 / 255, 2 / 255, 1.01 / 255, 0.99 / 255, 1e-6);
  expect(marked(explanationMask(map, 90, 'similar-adversarial'))).toEqual([0, 1, 2]);
  expect(marked(explanationMask(sparse(0.003, 0.002), 90, 'naive'))).toEqual([]);
});

test('where the map has enough above the floor, the mask is the percentile’s own, of the image alone', () => {
  const ramp = Float32Array.from({ length: 100 }, (_, i) => 0.1 + i / 1000);
  expect(marked(explanationMask(ramp, 90, 'similar-adversarial'))).toEqual([
    90, 91, 92, 93, 94, 95, 96, 97, 98, 99,
  ]);
  const valid = Uint8Array.from({ length: 100 }, (_, i) => Number(i < 50));
  expect(marked(explanationMask(ramp, 90, 'similar-adversarial', valid))).toEqual([45, 46, 47, 48, 49]);
});

test('a map is coloured up to its largest value, unless it marks nothing', () => {
  // One grey level of 8 bits is 1/255 = 0.00392…: 0.001 lies below it, 0.004 above.
  expect(colourTop(sparse(0.001, 0.0005), 'similar-adversarial')).toBe(0);
  expect(colourTop(Float32Array.of(0.25, 0.5), 'similar-adversarial')).toBe(0.5);
  expect(colourTop(sparse(0.004), 'similar-adversarial')).toBe(Math.fround(0.004));
  // A gradient is in other units, and may well be as small.
  expect(colourTop(sparse(2 ** -20), 'gradient')).toBe(2 ** -20);
  expect(colourTop(sparse(), 'gradient')).toBe(0);
  expect(colourTop(new Float32Array(4).fill(0.5), 'similar-adversarial')).toBe(0);
  // What lies outside the image is not looked at: its largest value is 0.25 then.
  expect(colourTop(Float32Array.of(0.25, 0.125, 9), 'gradient', Uint8Array.of(1, 1, 0))).toBe(0.25);
  expect(colourTop(Float32Array.of(0.25, 0), 'unheard-of')).toBe(0.25);
});

test('where a map marks nothing, no mask has a pixel', () => {
  for (const { id } of methods)
    for (const map of [sparse(), sparse(1e-3), new Float32Array(100).fill(0.5), sparse(0.5)])
      expect(explanationMask(map, 0, id).includes(1), id).toBe(colourTop(map, id) > 0);
});

test('a mask holds no place below a tenth of the map’s largest value, which the colours hardly show', () => {
  // Of ten values the upper half: 100, 50, 11 and 10 and 9, of which the last two are not above 10.
  const map = Float32Array.of(100, 50, 11, 10, 9, 1, 1, 1, 1, 1);
  expect([...explanationMask(map, 50, 'gradient')]).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
  // What lies outside the image is no maximum.
  const valid = Uint8Array.of(0, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  expect([...explanationMask(map, 50, 'gradient', valid)]).toEqual([0, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
  expect([...explanationLevels(map, [50, 80], 'gradient')]).toEqual([2, 2, 1, 0, 0, 0, 0, 0, 0, 0]);
});
