import { describe, expect, it } from 'vitest';
import { pairedSwap } from '../../src/metrics';

const vectors = (rows: number[][]): Float64Array[] => rows.map(row => Float64Array.from(row));

describe('pairedSwap', () => {
  it('tries every exchange of few units', () => {
    // Products of the means (2, 1.5) and (0, 0.5): 3 − 0. Exchanging unit 0: (1, 0) and (1, 2): 0 − 2. Unit 1: (1, 2) and (1, 0): 2.
    // Both: (0, 0.5) and (2, 1.5): −3. So two of four are as large as 3.
    const a = vectors([
      [2, 3],
      [2, 0],
    ]);
    const b = vectors([
      [0, 0],
      [0, 1],
    ]);
    const found = pairedSwap(a, b, ([x, y]) => x * y);
    expect(found).toEqual({ difference: 3, p: 0.5, exact: true });
  });

  it('is the test of mean differences where the statistic is linear', () => {
    const a = vectors(Array.from({ length: 10 }, (_, i) => [0.2 + i / 100]));
    const b = vectors(Array.from({ length: 10 }, () => [0.1]));
    const { difference, p } = pairedSwap(a, b, ([x]) => x);
    expect(difference).toBeCloseTo(0.145, 12);
    expect(p).toBe(2 / 2 ** 10); // all differences positive: the observed order and its mirror
  });

  it('finds nothing between equal maps, and what 99 of 9,999 random exchanges cannot reach', () => {
    const many = vectors(Array.from({ length: 40 }, (_, i) => [Math.sin(i), 1]));
    const more = vectors(Array.from({ length: 40 }, (_, i) => [Math.sin(i) + 1, 1]));
    expect(pairedSwap(many, many, ([x, y]) => x * y)).toEqual({ difference: 0, p: 1, exact: false });
    const { p, exact } = pairedSwap(more, many, ([x, y]) => x * y);
    expect(exact).toBe(false);
    expect(p).toBe(1 / 10_000);
  });

  it('refuses what it cannot pair', () => {
    expect(() => pairedSwap([], [], () => 0)).toThrow(RangeError);
    expect(() => pairedSwap(vectors([[1]]), [], () => 0)).toThrow('1 units for 0');
  });
});
