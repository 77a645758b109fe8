import { describe, expect, it } from 'vitest';
import { correlationsWithOthers, thumbnail } from '../../src/evaluation/thumbnail';

/** A map of 112 × 112 that has values at one row of 2 × 2 blocks. */
const bar = (row: number, value = 1): string => {
  const map = new Float32Array(112 * 112);
  map.fill(value, row * 2 * 112, (row + 1) * 2 * 112);
  return thumbnail(map, 112);
};

describe('correlationsWithOthers', () => {
  it('is 1 of maps that are the same up to their size', () => {
    for (const value of correlationsWithOthers([bar(3), bar(3, 0.01), bar(3, 7)]))
      expect(value).toBeCloseTo(1, 10);
  });

  it('is that with the mean of the others, by hand', () => {
    // One of 56 rows: p = 1/56. Apart, two of them correlate at −p / (1 − p) = −1/55; a map with the mean of one that is equal and
    // one that is apart at (1 − 2p) / √(2 (1 − p)(1 − 2p)) = √(27/55).
    const [apart, equal, third] = correlationsWithOthers([bar(9), bar(3), bar(3)]);
    expect(apart).toBeCloseTo(-1 / 55, 10);
    expect(equal).toBeCloseTo(Math.sqrt(27 / 55), 10);
    expect(third).toBeCloseTo(Math.sqrt(27 / 55), 10);
  });

  it('says nothing of a map alone, of one that is not there and of one without a place', () => {
    expect(correlationsWithOthers([bar(3)])).toEqual([undefined]);
    expect(correlationsWithOthers([bar(3), undefined, ''])).toEqual([undefined, undefined, undefined]);
    const flat = thumbnail(new Float32Array(112 * 112).fill(0.4), 112);
    expect(correlationsWithOthers([bar(3), bar(3), flat])[2]).toBeUndefined();
  });
});
