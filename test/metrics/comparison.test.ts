import { describe, expect, it } from 'vitest';
import {
  boxStatistics,
  enclosingBoxes,
  holm,
  pairedPermutation,
  patientBootstrap,
  patientDraws,
  patientMeans,
  percentileInterval,
  strongerSide,
  truthSide,
} from '../../src/metrics';
import { lcg } from './numbers';

describe('pairedPermutation', () => {
  // SciPy 1.17.1, d = lcg(n, seed) − shift:
  //   stats.permutation_test((d,), np.mean, permutation_type='samples', n_resamples=np.inf), and 999999 for the long one
  it('equals SciPy where all patterns can be tried', () => {
    const { difference, p, exact } = pairedPermutation([...lcg(10, 5)].map(value => value - 0.35));
    expect(exact).toBe(true);
    expect(difference).toBeCloseTo(0.14591064453125, 12);
    expect(p).toBeCloseTo(0.109375, 12);
  });

  it('comes near SciPy by random patterns, and is the same for the same seed', () => {
    const differences = [...lcg(60, 6)].map(value => value - 0.44);
    const options = { permutations: 99_999, seed: 3 };
    const { p, exact } = pairedPermutation(differences, options);
    expect(exact).toBe(false);
    expect(Math.abs(p - 0.128582)).toBeLessThan(0.004);
    expect(pairedPermutation(differences, options).p).toBe(p);
    expect(pairedPermutation(differences, { ...options, seed: 4 }).p).not.toBe(p);
  });

  it('by hand: three equal differences leave two of eight patterns as large; none is ever certain', () => {
    expect(pairedPermutation([1, 1, 1]).p).toBe(2 / 8);
    expect(pairedPermutation([0, 0, 0]).p).toBe(1);
    expect(pairedPermutation(Array.from({ length: 100 }, () => 1)).p).toBe(1 / 10_000);
    expect(() => pairedPermutation([])).toThrow(/no difference/);
    expect(() => pairedPermutation([1, Number.NaN])).toThrow(/not a finite/);
  });

  it('averages within a patient first', () => {
    expect([...patientMeans(['b', 'a', 'b'], [1, 5, 2])]).toEqual([
      ['b', 1.5],
      ['a', 5],
    ]);
    expect(() => patientMeans(['a'], [])).toThrow(/1 patients for 0 values/);
  });
});

describe('holm', () => {
  it('equals R: p.adjust(c(.01, .04, .03, .005, .5), "holm")', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005, 0.5]);
    [0.04, 0.09, 0.09, 0.025, 0.5].forEach((value, i) => expect(adjusted[i]).toBeCloseTo(value, 12));
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
    expect(() => holm([1.2])).toThrow(/1.2 does not/);
  });
});

describe('patientDraws', () => {
  it('draws what patientBootstrap draws', () => {
    const patients = ['a', 'a', 'b', 'c', 'c', 'c', 'd'];
    const values = [1, 2, 4, 8, 16, 32, 64];
    const mean = (images: number[]): number => images.reduce((sum, i) => sum + values[i], 0) / images.length;
    const options = { resamples: 200, seed: 5 };
    const means = patientDraws(patients, options).map(counts => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      return counts.reduce((sum, count, i) => sum + count * values[i], 0) / total;
    });
    expect(percentileInterval(means)).toEqual(patientBootstrap(patients, mean, options));
  });
});

describe('side test', () => {
  const mask = (...pixels: number[]): Uint8Array =>
    Uint8Array.from({ length: 8 }, (_, i) => (pixels.includes(i) ? 1 : 0));

  it('knows one-sided truths, and the half in which a map is stronger', () => {
    expect(truthSide(mask(0, 5), 4)).toBe('left');
    expect(truthSide(mask(3, 6), 4)).toBe('right');
    expect(truthSide(mask(1, 2), 4)).toBeUndefined();
    expect(truthSide(mask(), 4)).toBeUndefined();
    expect(strongerSide(Float32Array.of(1, 0, 2, 0, 1, 1, 0, 0), 4)).toBe('left');
    expect(strongerSide(Float32Array.of(0, 9, 1), 3)).toBe('right'); // the middle column counts for neither
    expect(strongerSide(new Float32Array(8).fill(1), 4)).toBeUndefined();
    expect(strongerSide(Float32Array.of(Number.NaN, 1), 2)).toBeUndefined();
  });
});

describe('box statistics', () => {
  it('by hand', () => {
    const statistics = boxStatistics(
      [
        [
          { height: 10, width: 20 },
          { height: 20, width: 20 },
        ],
        [{ height: 60, width: 50 }],
        [],
      ],
      100,
    );
    expect(statistics).toMatchObject({
      boxes: 3,
      images: 2,
      height: { min: 10, max: 60, mean: 30, median: 20 },
      width: { min: 20, max: 50, mean: 30, median: 20 },
      area: { min: 0.02, max: 0.3, median: 0.04 },
    });
    expect(statistics?.area.mean).toBeCloseTo(0.12, 12);
    expect(boxStatistics([[]], 100)).toBeUndefined();
  });

  it('encloses each connected region of a mask', () => {
    const rows = ['110001', '010011', '000000', '111111'];
    const bytes = Uint8Array.from(rows.join(''), Number);
    expect(enclosingBoxes(bytes, 6)).toEqual([
      { x: 0, y: 0, width: 2, height: 2 },
      { x: 4, y: 0, width: 2, height: 2 },
      { x: 0, y: 3, width: 6, height: 1 },
    ]);
  });
});
