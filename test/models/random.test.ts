import { describe, expect, it } from 'vitest';
import { normal, seededRandom, shuffled, uniform } from '../../src/models/random';

function draws(count: number, random: () => number): number[] {
  return Array.from({ length: count }, () => random());
}

/** Chi-square statistic of values in [0, 1) against uniform bins. */
function chiSquare(values: readonly number[], bins: number): number {
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of values) counts[Math.floor(value * bins)]++;
  const expected = values.length / bins;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

// 0.9999 quantile of chi-square with 99 degrees of freedom (scipy.stats.chi2.ppf).
const limit99 = 161.32;

describe('seededRandom', () => {
  it('repeats itself for the same seed and differs for another', () => {
    expect(draws(100, seededRandom(7))).toEqual(draws(100, seededRandom(7)));
    expect(draws(100, seededRandom(7))).toEqual(draws(100, seededRandom('7')));
    expect(draws(5, seededRandom(7))).not.toEqual(draws(5, seededRandom(8)));
  });

  it('is uniform over [0, 1)', () => {
    const values = draws(100_000, seededRandom('uniform'));
    expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(values.every(value => value < 1)).toBe(true);
    expect(chiSquare(values, 100)).toBeLessThan(limit99);
  });

  it('has uniform first numbers over neighbouring seeds, as training positions use them', () => {
    const first = Array.from({ length: 50_000 }, (_, i) => seededRandom(`1/draw/${i}`)());
    expect(chiSquare(first, 100)).toBeLessThan(limit99);
    expect(new Set(first).size).toBeGreaterThan(49_990);
  });

  it('has no correlation between neighbours or neighbouring seeds', () => {
    const values = draws(50_000, seededRandom(3));
    const first = Array.from({ length: 20_000 }, (_, i) => seededRandom(i)());
    for (const sequence of [values, first]) {
      const n = sequence.length - 1;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (sequence[i] - 0.5) * (sequence[i + 1] - 0.5);
      // Standard error of the correlation is 1/√n; 4.5 of them.
      expect(Math.abs((12 * sum) / n)).toBeLessThan(4.5 / Math.sqrt(n));
    }
  });
});

describe('uniform, normal, shuffled', () => {
  it('uniform keeps to its bounds and fills them', () => {
    const random = seededRandom(1);
    const values = Array.from({ length: 10_000 }, () => uniform(random, -3, 5));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3);
    expect(Math.min(...values)).toBeLessThan(-2.98);
    expect(Math.max(...values)).toBeLessThan(5);
    expect(Math.max(...values)).toBeGreaterThan(4.98);
  });

  it('normal has mean 0, variance 1 and the tails of a normal distribution', () => {
    const random = seededRandom(2);
    const values = Array.from({ length: 40_000 }, () => normal(random));
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + b * b, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.025);
    expect(variance).toBeCloseTo(1, 1);
    const beyondTwo = values.filter(value => Math.abs(value) > 1.96).length / values.length;
    expect(Math.abs(beyondTwo - 0.05)).toBeLessThan(0.006);
  });

  it('shuffled gives each of the six orders of three equally often and leaves its input', () => {
    const random = seededRandom(4);
    const items = [1, 2, 3];
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = shuffled(items, random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(items).toEqual([1, 2, 3]);
    expect([...counts.keys()].sort()).toEqual(['123', '132', '213', '231', '312', '321']);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(185); // 4.5 σ
  });
});
