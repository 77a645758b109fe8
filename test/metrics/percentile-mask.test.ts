import { describe, expect, it } from 'vitest';
import { percentileMask } from '../../src/metrics';
import { rankPixels } from '../../src/metrics/ranking';
import { lcg } from './numbers';

const count = (mask: Uint8Array): number => mask.reduce((sum, value) => sum + value, 0);

describe('percentileMask', () => {
  it('selects exactly the k largest', () => {
    const map = Float32Array.of(5, 1, 4, 2, 3, 9, 0, 7, 6, 8);
    expect([...percentileMask(map, 70)]).toEqual([0, 0, 0, 0, 0, 1, 0, 1, 0, 1]);
    expect(count(percentileMask(map, 0))).toBe(10);
    expect(count(percentileMask(map, 100))).toBe(0);
    expect(count(percentileMask(map, 85))).toBe(2); // round(1.5) = 2
  });

  it.each([80, 85, 90, 95, 98, 99.5])('keeps its share at %d on a map that is 80 %% zero', percentile => {
    const map = Float32Array.from(lcg(224 * 224, 7), value => Math.max(0, value - 0.8));
    const mask = percentileMask(map, percentile);
    expect(count(mask)).toBe(Math.round((1 - percentile / 100) * 224 * 224));
    const least = Math.min(...map.filter((_, i) => mask[i] === 1));
    expect(map.some((value, i) => value > least && mask[i] === 0)).toBe(false);
  });

  it('spreads ties by the seed, evenly over the image', () => {
    const flat = new Float32Array(100 * 100);
    const mask = percentileMask(flat, 90, undefined, 1);
    expect(count(mask)).toBe(1000);
    for (let quarter = 0; quarter < 4; quarter++) {
      const part = count(mask.slice(quarter * 2500, (quarter + 1) * 2500));
      expect(part).toBeGreaterThan(180);
      expect(part).toBeLessThan(320);
    }
    expect([...percentileMask(flat, 90, undefined, 1)]).toEqual([...mask]);
    const other = percentileMask(flat, 90, undefined, 2);
    expect(other.filter((value, i) => value === 1 && mask[i] === 1).length).toBeLessThan(200); // 100 expected
  });

  it('counts and selects inside the valid image alone', () => {
    const map = Float32Array.of(9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const valid = Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    expect([...percentileMask(map, 75, valid)]).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('orders negative values, zeros of both signs and tiny values as numbers', () => {
    const map = Float32Array.of(-1, -2, 1e-40, 0, -0, 3);
    expect([...rankPixels(map)].slice(0, 2)).toEqual([5, 2]);
    expect([...rankPixels(map)].slice(2, 4).sort()).toEqual([3, 4]);
    expect([...rankPixels(map)].slice(4)).toEqual([0, 1]);
  });

  it('is the beginning of the ranking, ties included', () => {
    const map = Float32Array.from(lcg(5000, 3), value => Math.floor(value * 20));
    for (const percentile of [50, 83, 91, 99]) {
      const mask = percentileMask(map, percentile, undefined, 4);
      const top = rankPixels(map, undefined, 4).slice(0, count(mask));
      expect(top.every(pixel => mask[pixel] === 1)).toBe(true);
    }
  });

  it('refuses NaN and a percentile out of range', () => {
    expect(() => percentileMask(Float32Array.of(1, Number.NaN), 50)).toThrow(/NaN at pixel 1/);
    expect(() => percentileMask(Float32Array.of(1), 101)).toThrow(/between 0 and 100/);
  });

  it('takes linear time: a megapixel is no wait for a slider', () => {
    const map = Float32Array.from({ length: 1000 * 1000 }, (_, i) => Math.sin(i) + 1);
    const before = process.cpuUsage(); // not the clock: the machine may be busy
    percentileMask(map, 95);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(1);
  });
});
