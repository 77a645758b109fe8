import { describe, expect, it } from 'vitest';
import { RemainingTime } from '../../src/evaluation/measure/remaining-time';

describe('RemainingTime', () => {
  it('foretells by kind of work, not by share of the count', () => {
    let now = 0;
    const remaining = new RemainingTime(1, () => now);
    remaining.expect('quick', 3);
    remaining.expect('slow', 3);
    expect(remaining.seconds).toBeUndefined();
    now = 1000;
    remaining.observe('quick', 1);
    now = 101_000;
    remaining.observe('slow', 100);
    expect(remaining.seconds).toBeCloseTo(2 * 1 + 2 * 100, 6);
  });

  it('shares work among workers, spreads what else happens, and takes a kind not seen yet for a usual one', () => {
    let now = 0;
    const remaining = new RemainingTime(2, () => now);
    remaining.expect('a', 2);
    remaining.expect('b', 4);
    now = 3000; // two workers: six seconds, four of them computing
    remaining.observe('a', 2);
    remaining.observe('a', 2);
    expect(remaining.seconds).toBeCloseTo((4 * (2 + 1)) / 2, 6);
  });

  it('does not count the time that a cached map saved', () => {
    let now = 0;
    const remaining = new RemainingTime(1, () => now);
    remaining.expect('a', 2);
    now = 10;
    remaining.observe('a', 5, true);
    expect(remaining.seconds).toBeCloseTo(5 + 0.01, 6);
  });
});
