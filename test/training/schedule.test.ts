import { describe, expect, it } from 'vitest';
import { plateauRate } from '../../src/training/schedule';

const byThree = { patience: 3, factor: 3 };

describe('plateauRate', () => {
  it('stays while the loss falls', () => {
    expect(plateauRate([], 1e-4, byThree)).toBe(1e-4);
    expect(plateauRate([5, 4, 3, 2, 1], 1e-4, byThree)).toBe(1e-4);
  });

  it('is divided by 3 after 3 epochs without a lower loss, and again after 3 more', () => {
    expect(plateauRate([1, 2, 2], 0.9, byThree)).toBe(0.9);
    expect(plateauRate([1, 2, 2, 2], 0.9, byThree)).toBeCloseTo(0.3, 12);
    expect(plateauRate([1, 2, 2, 2, 2, 2], 0.9, byThree)).toBeCloseTo(0.3, 12);
    expect(plateauRate([1, 2, 2, 2, 2, 2, 1], 0.9, byThree)).toBeCloseTo(0.1, 12);
  });

  it('waits anew after a lower loss; an equal one is not lower', () => {
    expect(plateauRate([3, 3, 3, 2, 3, 3], 0.9, byThree)).toBe(0.9);
    expect(plateauRate([3, 3, 3, 3], 0.9, byThree)).toBeCloseTo(0.3, 12);
  });
});
