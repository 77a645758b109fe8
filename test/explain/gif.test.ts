import sharp from 'sharp';
import { expect, test } from 'vitest';
import { gifOf } from '../../src/explain/gif';

const amber = [255, 179, 0] as const;
const frame = (grey: number) => ({
  width: 4,
  height: 2,
  pixels: Uint8Array.from([...amber, ...Array.from({ length: 7 }, () => [grey, grey, grey]).flat()]),
});

test('plays forth and back without end at the pace asked for, as another decoder reads it', async () => {
  const gif = Buffer.from(gifOf([frame(0), frame(100), frame(255)], [amber], 400));
  const { pages, delay, loop, pageHeight } = await sharp(gif, { animated: true }).metadata();
  expect({ pages, delay, loop, pageHeight }).toEqual({
    pages: 4,
    delay: [400, 400, 400, 400],
    loop: 0,
    pageHeight: 2,
  });
  const { data, info } = await sharp(gif, { animated: true })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([4, 8, 3]);
  [0, 100, 255, 100].forEach((grey, page) => {
    const at = 3 * 4 * 2 * page;
    expect([...data.subarray(at, at + 3)]).toEqual([...amber]);
    // 255 levels of grey are left: none is off by more than one.
    for (const value of data.subarray(at + 3, at + 24)) expect(Math.abs(value - grey)).toBeLessThanOrEqual(1);
  });
});

test('a colour that is not among the named ones is refused', () => {
  expect(() => gifOf([frame(0)], [], 400)).toThrow(/255, 179, 0 is not in the palette/);
});
