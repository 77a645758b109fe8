import { describe, expect, it } from 'vitest';
import { fitPlatt, reliabilityTable } from '../../src/training/calibration';

/*
 * Reference (python3, scipy 1.10): minimum over (a, b) of sum(logaddexp(0, a z + b) - t (a z + b)), t = (n1 + 1) / (n1 + 2)
 * for positives and 1 / (n0 + 2) for negatives, by BFGS then Nelder–Mead.
 */
describe('fitPlatt', () => {
  it('finds the maximum of the likelihood', () => {
    const logits = [-3.1, -2.2, -1.7, -1.0, -0.4, 0.1, 0.3, 0.9, -0.8, 0.2, 0.6, 1.1, 1.9, 2.4, 3.3, 4.0];
    const labels = logits.map((_, i) => (i < 8 ? 0 : 1));
    const { slope, intercept } = fitPlatt(logits, labels);
    expect(slope).toBeCloseTo(0.77492154, 5);
    expect(intercept).toBeCloseTo(-0.24462087, 5);
  });

  it('finds it from logits that saturate the sigmoid', () => {
    const logits = [-60, -45, -40, -30, -25, 5, -10, 20, 30, 35, 40, 50];
    const { slope, intercept } = fitPlatt(
      logits,
      logits.map((_, i) => (i < 6 ? 0 : 1)),
    );
    expect(slope).toBeCloseTo(0.04601833, 6);
    expect(intercept).toBeCloseTo(0.10328788, 5);
  });

  it('stays finite where the classes are apart', () => {
    const { slope, intercept } = fitPlatt([-40, -30, 30, 40], [0, 0, 1, 1]);
    expect(slope).toBeGreaterThan(0);
    expect(slope).toBeLessThan(1);
    expect(intercept).toBeCloseTo(0, 6);
  });

  it('refuses one class alone, and a classifier that ranks the wrong way round', () => {
    expect(() => fitPlatt([1, 2], [1, 1])).toThrow(/both classes/);
    expect(() => fitPlatt([3, 2, -2, -3], [0, 0, 1, 1])).toThrow(/ranks positives below/);
  });
});

describe('reliabilityTable', () => {
  it('counts, averages and leaves empty bins out', () => {
    const table = reliabilityTable([0.05, 0.07, 0.55, 0.5, 1], [0, 1, 1, 0, 1], 10);
    expect(table.map(bin => bin.count)).toEqual([2, 2, 1]);
    expect(table[0].meanScore).toBeCloseTo(0.06, 10);
    expect(table[0].positiveShare).toBe(0.5);
    expect(table[2]).toEqual({ count: 1, meanScore: 1, positiveShare: 1 });
  });
});
