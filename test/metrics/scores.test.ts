import { describe, expect, it } from 'vitest';
import {
  calledShares,
  constantShare,
  correlation,
  generatedShares,
  patientBootstrap,
  quantile,
  rocAuc,
  wilson,
  type CalledImage,
  type GeneratedImage,
  type ShareMetric,
} from '../../src/metrics';
import { lcg } from './numbers';

describe('rocAuc', () => {
  it('equals scikit-learn 1.9.1 roc_auc_score, ties included', () => {
    const labels = Array.from(lcg(200, 3), value => (value > 0.6 ? 1 : 0));
    const scores = Array.from(lcg(200, 4), (value, i) => {
      const shifted = Math.floor(value * 12) / 12 + 0.1 * labels[i];
      return Math.floor(shifted * 12) / 12;
    });
    expect(rocAuc(scores, labels)).toBeCloseTo(0.5317631362889983, 12);
  });

  it('by hand: four pairs, one tie, one wrong', () => {
    expect(rocAuc([0.1, 0.5, 0.5, 0.3], [0, 0, 1, 1])).toBe((1 + 0.5 + 1 + 0) / 4);
    expect(rocAuc([1, 2, 3], [1, 1, 1])).toBeUndefined();
  });
});

describe('patientBootstrap', () => {
  it('draws whole patients', () => {
    // Two patients with a hundred images each: a resample is all of one, all of the other, or both.
    const patients = Array.from({ length: 200 }, (_, i) => (i < 100 ? 'a' : 'b'));
    const seen = new Set<number>();
    patientBootstrap(patients, images => {
      seen.add(images.filter(i => i < 100).length / images.length);
      return 1;
    });
    expect([...seen].sort()).toEqual([0, 0.5, 1]);
  });

  it('covers the mean of a normal-like sample by about two standard errors', () => {
    const values = lcg(400, 9);
    const patients = Array.from(values, (_, i) => String(i));
    const mean = (images: number[]): number => images.reduce((sum, i) => sum + values[i], 0) / images.length;
    const { low, high } = patientBootstrap(patients, mean, { seed: 1 })!;
    const standardError = Math.sqrt(1 / 12 / 400); // of a uniform variable
    expect(high - low).toBeGreaterThan(3.4 * standardError);
    expect(high - low).toBeLessThan(4.4 * standardError);
  });

  it('equals the exact distribution: all 3125 ways to draw five patients of five', () => {
    const values = [3, 1, 4, 1.5, 9, 2.6, 5.3];
    const images = [[0, 1], [2], [3], [4, 5], [6]];
    const patients = ['a', 'a', 'b', 'c', 'd', 'd', 'e'];
    const mean = (drawn: number[]): number => drawn.reduce((sum, i) => sum + values[i], 0) / drawn.length;
    const exact = Array.from({ length: 5 ** 5 }, (_, n) =>
      mean([0, 1, 2, 3, 4].flatMap(k => images[Math.floor(n / 5 ** k) % 5])),
    ).sort((a, b) => a - b);
    for (const level of [0.95, 0.8]) {
      const found = patientBootstrap(patients, mean, { resamples: 50_000, seed: 2, level })!;
      expect(Math.abs(found.low - quantile(exact, (1 - level) / 2))).toBeLessThan(0.05);
      expect(Math.abs(found.high - quantile(exact, (1 + level) / 2))).toBeLessThan(0.05);
    }
  });

  it('is absent where the statistic mostly has no value', () => {
    expect(patientBootstrap(['a', 'b'], () => undefined)).toBeUndefined();
  });

  it('is absent where every resample gives the same: a width of 0 would be certainty', () => {
    // One patient with two images, three patients with one value each (sums of 0.1 differ by rounding), a separated AUC.
    const values = [0.1, 0.1, 0.1];
    const mean = (images: number[]): number => images.reduce((sum, i) => sum + values[i], 0) / images.length;
    expect(patientBootstrap(['a', 'a'], mean)).toBeUndefined();
    expect(patientBootstrap(['a', 'b', 'c'], mean)).toBeUndefined();
    const [scores, labels] = [
      [0.9, 0.8, 0.2, 0.1, 0.1],
      [1, 1, 0, 0, 0],
    ];
    const auc = (images: number[]): number | undefined =>
      rocAuc(
        images.map(i => scores[i]),
        images.map(i => labels[i]),
      );
    expect(patientBootstrap(['a', 'b', 'c', 'd', 'e'], auc)).toBeUndefined();
  });

  it('quantile equals NumPy', () => {
    // np.quantile([1, 2, 4, 8, 16], [.025, .3, .975]) → [1.1, 2.4, 15.2]
    expect(quantile([1, 2, 4, 8, 16], 0.025)).toBeCloseTo(1.1, 12);
    expect(quantile([1, 2, 4, 8, 16], 0.3)).toBeCloseTo(2.4, 12);
    expect(quantile([1, 2, 4, 8, 16], 0.975)).toBeCloseTo(15.2, 12);
  });
});

/** Of the images that a share is of, those for which it holds, and those of which it can be said. */
function counts<Image>(metric: ShareMetric<Image>, images: readonly Image[]): [held: number, of: number] {
  const held = images.filter(metric.among).map(metric.holds);
  return [held.filter(value => value === true).length, held.filter(value => value !== undefined).length];
}

it('sensitivity and specificity, by hand', () => {
  const images: CalledImage[] = [
    { label: 1, decided: 1 },
    { label: 1, decided: 0 },
    { label: 1, decided: 1 },
    { label: 0, decided: 1 },
    { label: 0, decided: 0 },
  ];
  const found = Object.fromEntries(calledShares.map(metric => [metric.id, counts(metric, images)]));
  expect(found).toEqual({ sensitivity: [2, 3], specificity: [1, 2], accuracy: [3, 5] });
});

it('hold and flip, by hand; where there is no x_s, nothing can be held', () => {
  const image = (label: number, decided: number, adversarial: number, similar?: number): GeneratedImage => ({
    label,
    decided,
    adversarial,
    similar,
  });
  const images = [image(1, 1, 0, 1), image(1, 1, 1, 0), image(1, 0, 1), image(0, 0, 0, 0)];
  const found = Object.fromEntries(generatedShares.map(metric => [metric.id, counts(metric, images)]));
  expect(found).toEqual({
    hold: [2, 3],
    holdPositives: [1, 2],
    flip: [2, 4],
    flipPositives: [2, 3],
    flipNegatives: [0, 1],
  });
});

describe('correlation and constantShare', () => {
  it('by hand', () => {
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(correlation([1, 2, 3], [1, 0, 1])).toBeCloseTo(0, 12);
    expect(correlation([1, 1], [1, 2])).toBeUndefined();
    expect(constantShare(Float32Array.of(0, 0, 0, 5))).toBe(0.75);
    expect(constantShare(Float32Array.of(0, 0, 1, 5), Uint8Array.of(0, 1, 1, 1))).toBeCloseTo(1 / 3, 12);
  });
});

describe('wilson', () => {
  it('equals SciPy 1.17 binomtest(k, n).proportion_ci(method="wilson")', () => {
    const of = ({ low, high }: { low: number; high: number }) => [low.toFixed(6), high.toFixed(6)];
    expect(of(wilson(44, 45))).toEqual(['0.884333', '0.996066']);
    expect(of(wilson(0, 10))).toEqual(['0.000000', '0.277533']);
    expect(of(wilson(10, 10, 1.6448536269514722))).toEqual(['0.787058', '1.000000']); // 90 %
  });

  it('by hand: n of n reach down to n / (n + z²)', () => {
    expect(wilson(59, 59).low).toBeCloseTo(59 / (59 + 1.959963984540054 ** 2), 12);
    for (let n = 1; n < 100; n++) {
      expect(wilson(n, n).high).toBe(1);
      expect(wilson(0, n).low).toBe(0);
    }
  });
});
