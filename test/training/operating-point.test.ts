import { describe, expect, it } from 'vitest';
import { operatingPoint } from '../../src/training/operating-point';

const scores = [0.1, 0.2, 0.4, 0.3, 0.6, 0.8];
const labels = [0, 0, 0, 1, 1, 1];

describe('operatingPoint', () => {
  it('keeps a fixed one', () => {
    expect(operatingPoint(scores, labels, { rule: 'fixed', value: 0.35 })).toBe(0.35);
  });

  it('takes the highest Youden index, half-way between scores', () => {
    // Above 0.25: 3/3 and 2/3; above 0.5: 2/3 and 3/3 are as good: the first one stands.
    expect(operatingPoint(scores, labels, { rule: 'youden' })).toBeCloseTo(0.25, 12);
    expect(operatingPoint([0.2, 0.3, 0.7, 0.9], [0, 0, 1, 1], { rule: 'youden' })).toBeCloseTo(0.5, 12);
  });

  it('keeps the asked share of positives with the highest point', () => {
    expect(operatingPoint(scores, labels, { rule: 'sensitivity', value: 1 })).toBeCloseTo(0.25, 12);
    expect(operatingPoint(scores, labels, { rule: 'sensitivity', value: 0.6 })).toBeCloseTo(0.5, 12);
    expect(operatingPoint(scores, labels, { rule: 'sensitivity', value: 0.3 })).toBeCloseTo(0.7, 12);
  });

  it('needs both classes', () => {
    expect(() => operatingPoint([0.1], [1], { rule: 'youden' })).toThrow(/both classes/);
  });
});
