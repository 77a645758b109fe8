import { describe, expect, it } from 'vitest';
import { percentileLevels } from '../../src/metrics/percentile-levels';
import { percentileMask } from '../../src/metrics/percentile-mask';
import { seededRandom } from '../../src/models/random';

const percentiles = Array.from({ length: 40 }, (_, k) => 80 + k / 2);

/** Maps of different kinds: all values different, few values, mostly zero, all one value, with negative ones. */
const maps = (random: () => number): Record<string, Float32Array> => ({
  'all different': Float32Array.from({ length: 4000 }, random),
  'few values': Float32Array.from({ length: 4000 }, () => Math.floor(5 * random())),
  'mostly zero': Float32Array.from({ length: 4000 }, () => Math.max(0, random() - 0.9)),
  'one value': new Float32Array(4000).fill(0.25),
  'both signs': Float32Array.from({ length: 4000 }, () => random() - 0.97),
});

describe('percentileLevels', () => {
  for (const [name, map] of Object.entries(maps(seededRandom(3)))) {
    for (const kind of ['all valid', 'part valid'] as const) {
      it(`gives the mask of every percentile: ${name}, ${kind}`, () => {
        const random = seededRandom(4);
        const valid = kind === 'all valid' ? undefined : Uint8Array.from(map, () => Number(random() > 0.3));
        const levels = percentileLevels(map, percentiles, valid, undefined, 7);
        percentiles.forEach((percentile, j) => {
          const mask = percentileMask(map, percentile, valid, 7);
          expect(levels.map(level => Number(level > j))).toEqual(mask);
        });
      });
    }
  }

  it('by hand: of ten pixels, the largest one, two and five', () => {
    const map = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect([...percentileLevels(map, [50, 80, 90])]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 2, 3]);
    expect([...percentileLevels(map, [50, 80, 90], undefined, 5)]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 2, 3]);
    expect([...percentileLevels(map, [50, 100])]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  });

  it('refuses percentiles that do not rise, and values that are no numbers', () => {
    expect(() => percentileLevels(new Float32Array(4), [90, 80])).toThrow(RangeError);
    expect(() => percentileLevels(new Float32Array(4), [90, 101])).toThrow(RangeError);
    expect(() => percentileLevels(Float32Array.of(0, NaN), [90])).toThrow('pixel 1');
  });
});
