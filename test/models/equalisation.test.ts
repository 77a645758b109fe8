import { describe, expect, it } from 'vitest';
import { equalise, quickly, rankOf, valueOf } from '../../src/models/equalisation';

const all = (length: number): Uint8Array => new Uint8Array(length).fill(1);

describe('equalise', () => {
  it('shares the mid-rank among equal values', () => {
    // Sorted 1 3 3 3 8: mid-ranks 0.5, 2.5, 2.5, 2.5, 4.5 of 5.
    const { ranks, curve } = equalise(Float32Array.of(3, 1, 3, 8, 3), all(5), true);
    [0.5, 0.1, 0.5, 0.9, 0.5].forEach((rank, i) => expect(ranks[i]).toBeCloseTo(rank, 6));
    expect([...curve.values]).toEqual([1, 3, 8]);
  });

  it('leaves invalid pixels out of the count and returns 0 for them', () => {
    const { ranks } = equalise(Float32Array.of(5, 99, 7, -99), Uint8Array.of(1, 0, 1, 0), true);
    expect([...ranks]).toEqual([0.25, 0, 0.75, 0]);
  });

  it('sorts as numbers, negative ones too', () => {
    const { ranks } = equalise(Float32Array.of(10, 9, -100, -20), all(4), true);
    expect([...ranks]).toEqual([0.875, 0.625, 0.125, 0.375]);
  });

  it('has mean 0.5 whatever the histogram', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.floor((i * i) / 977) % 40);
    const { ranks } = equalise(values, all(1000), true);
    expect(ranks.reduce((a, b) => a + b, 0) / 1000).toBeCloseTo(0.5, 5);
  });

  it('throws when there is nothing to count', () => {
    expect(() => equalise(Float32Array.of(1, 2), new Uint8Array(2), true)).toThrow(/no valid pixel/);
  });
});

describe('rankOf and valueOf', () => {
  const { curve } = equalise(Float32Array.of(0, 10, 20, 100), all(4), true); // ranks .125 .375 .625 .875

  it('interpolate between knots', () => {
    expect(rankOf(curve, 15)).toBeCloseTo(0.5, 6);
    expect(valueOf(curve, 0.5)).toBeCloseTo(15, 4);
    expect(rankOf(curve, 60)).toBeCloseTo(0.75, 6);
  });

  it('keep to the ends outside the curve', () => {
    expect(rankOf(curve, -50)).toBeCloseTo(0.125, 6);
    expect(rankOf(curve, 500)).toBeCloseTo(0.875, 6);
    expect(valueOf(curve, 0)).toBe(0);
    expect(valueOf(curve, 1)).toBe(100);
  });

  it('are each other’s inverse, also where knots were thinned out', () => {
    const many = Float32Array.from({ length: 20_000 }, (_, i) => 3 * i + 200 * Math.sin(i / 900));
    const { curve: thin } = equalise(many, all(many.length), true);
    expect(thin.values.length).toBeLessThanOrEqual(4096);
    expect(thin.values[0]).toBeCloseTo(Math.min(...many), 3);
    for (const rank of [0.01, 0.2, 0.5, 0.77, 0.99])
      expect(rankOf(thin, valueOf(thin, rank))).toBeCloseTo(rank, 5);
  });
});

describe('quickly', () => {
  it('finds what rankOf and valueOf find, to the last bit', () => {
    // Values far apart and close together, as a film's background and lung are.
    const values = Float32Array.from({ length: 3000 }, (_, i) =>
      i % 5 === 0 ? 4095 - i : 100 * Math.sin(i / 7) ** 3,
    );
    for (const on of [true, false]) {
      const { curve } = equalise(values, all(values.length), on);
      const quick = quickly(curve);
      for (let k = -50; k <= 1050; k++) {
        const [value, rank] = [-100 + (4300 * k) / 1000, k / 1000];
        expect(quick.rankOf(value)).toBe(rankOf(curve, value));
        expect(quick.valueOf(rank)).toBe(valueOf(curve, rank));
      }
      for (const value of values) expect(quick.rankOf(value)).toBe(rankOf(curve, value));
    }
  });

  it('of one grey level all over, gives that', () => {
    const { curve } = equalise(Float32Array.of(7, 7), all(2), true);
    expect(quickly(curve).rankOf(7)).toBe(rankOf(curve, 7));
    expect(quickly(curve).rankOf(8)).toBe(rankOf(curve, 8));
    expect(quickly(curve).valueOf(0.3)).toBe(7);
  });
});
