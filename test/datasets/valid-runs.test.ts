import { expect, test } from 'vitest';
import { maskOfRuns, validRuns } from '../../src/datasets/valid-runs';

test.each([
  [
    [1, 1, 0, 0, 0, 1],
    [2, 3, 1],
  ],
  [
    [0, 1, 1, 0],
    [0, 1, 2, 1],
  ],
  [
    [0, 0],
    [0, 2],
  ],
])('%j is stored as runs %j and read again', (mask, runs) => {
  expect(validRuns(Uint8Array.from(mask))).toEqual(runs);
  expect([...maskOfRuns(runs, mask.length)]).toEqual(mask);
});

test('an image that is valid everywhere needs no runs', () => {
  expect(validRuns(new Uint8Array(4).fill(1))).toBeUndefined();
  expect([...maskOfRuns(undefined, 3)]).toEqual([1, 1, 1]);
});

test('runs of another image are refused', () => {
  expect(() => maskOfRuns([2, 1], 4)).toThrow('The valid area has 3 pixels, its image 4.');
});
