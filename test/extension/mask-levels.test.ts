import { expect, it } from 'vitest';
import { marksAt, marksOf } from '../../src/extension/store/mask-levels';
import { inSlices } from '../../src/extension/slices';

it('marks of a stop are the pixels above it, over whatever was there', async () => {
  const levels = Uint8Array.of(0, 1, 2, 3, 0, 2);
  const { size, valid, fill } = marksAt({ levels, valid: 4 }, 1);
  expect(valid).toBe(4);
  const pixels = new Uint8Array(size).fill(7);
  expect(await fill(pixels)).toBe(3 / 4);
  expect([...pixels]).toEqual([0, 0, 1, 1, 0, 1]);
});

it('marks of a mask are the mask, in slices', async () => {
  const mask = Uint8Array.from({ length: 600_001 }, (_, i) => (i % 3 === 0 ? 1 : 0));
  const { size, fill } = marksOf({ mask, marked: 1, valid: 4 });
  const pixels = new Uint8Array(size);
  expect(await fill(pixels)).toBe(0.25);
  expect(pixels).toEqual(mask);
});

it('slices cover each item once, and the page is let in between; what is no longer wanted ends', async () => {
  const done: number[][] = [];
  let pauses = 0;
  const pause = async (): Promise<void> => void (pauses += 1);
  const work = (from: number, to: number): void => {
    done.push([from, to]);
    // Longer than a slice.
    const begun = performance.now();
    while (performance.now() - begun < 10);
  };
  await inSlices(10, 4, work, { pause });
  expect(done).toEqual([
    [0, 4],
    [4, 8],
    [8, 10],
  ]);
  expect(pauses).toBe(2);

  done.length = 0;
  await inSlices(40, 4, work, { pause, isWanted: () => false });
  expect(done).toEqual([[0, 4]]);
});
