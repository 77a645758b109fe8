import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GreyPainter } from '../../src/extension/draw/grey-painter';
import { paintGrey, type GreyDisplay } from '../../src/extension/host/grey-levels';
import { eventually } from '../support/eventually';

const window = (lower: number, upper: number): GreyDisplay => ({
  lower,
  upper,
  sigmoid: false,
  invert: false,
});

/** Of very many bytes, which toEqual would look at one by one. */
const isSame = (a: Uint8ClampedArray, b: Uint8ClampedArray): boolean => Buffer.from(a).equals(Buffer.from(b));

/** What was put on a canvas. */
let put: { data: Uint8ClampedArray; width: number; height: number }[];
let clock: number;

beforeEach(() => {
  put = [];
  clock = 0;
  vi.stubGlobal('document', {
    createElement: () => ({ getContext: () => ({ putImageData: (image: never) => void put.push(image) }) }),
  });
  vi.stubGlobal(
    'ImageData',
    class {
      constructor(
        readonly data: Uint8ClampedArray,
        readonly width: number,
        readonly height: number,
      ) {}
    },
  );
  // Every look at the clock is 5 ms later: a slice is one or two steps.
  vi.spyOn(performance, 'now').mockImplementation(() => (clock += 5));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const film = (rows: number, columns: number): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, i) => (i * 7919) % 1000);

test('the slices together are the whole image, and the page gets its turns in between', async () => {
  const values = film(500, 1000);
  let turns = 0;
  const painted = vi.fn();
  const painter = new GreyPainter(painted, async () => void turns++);
  const size = { rows: 500, columns: 1000 };
  expect(painter.get(values, size, window(0, 999), 1)).toBeUndefined();
  await eventually(() => expect(painted).toHaveBeenCalledTimes(1));
  expect(turns).toBeGreaterThan(2);
  expect(isSame(put[0].data, paintGrey(values, window(0, 999)))).toBe(true);
  expect(painter.get(values, size, window(0, 999), 1)?.toImage).toEqual([1, 0, 0, 1, 0, 0]);
  expect(put).toHaveLength(1);
});

test('shrunk: means over squares, at the edges over what is left', async () => {
  const painted = vi.fn();
  const painter = new GreyPainter(painted, async () => undefined);
  const values = Float32Array.of(0, 2, 10, 4, 6, 20, 100, 200, 255);
  painter.get(values, { rows: 3, columns: 3 }, window(0, 255), 2);
  await eventually(() => expect(painted).toHaveBeenCalled());
  const [{ data, width, height }] = put;
  expect([width, height]).toEqual([2, 2]);
  expect([...data].filter((_, i) => i % 4 === 0)).toEqual([3, 15, 150, 255]);
  expect(painter.get(values, { rows: 3, columns: 3 }, window(0, 255), 2)?.toImage).toEqual([
    2, 0, 0, 2, 0, 0,
  ]);
});

test('a window that moves faster than the painting is followed, and the last one is painted', async () => {
  const values = film(300, 1000);
  const size = { rows: 300, columns: 1000 };
  let wanted = 500;
  const painter: GreyPainter = new GreyPainter(
    () => painter.get(values, size, window(0, wanted), 1),
    async () => {
      // The reader drags on while a slice is painted.
      if (wanted < 510) wanted++;
      painter.get(values, size, window(0, wanted), 1);
    },
  );
  painter.get(values, size, window(0, wanted), 1);
  const last = paintGrey(values, window(0, 510));
  await eventually(() => expect(put.length > 0 && isSame(put.at(-1)!.data, last)).toBe(true));
  expect(put.length, 'painted on the way as well').toBeGreaterThan(1);
});

test('what was cleared meanwhile is not painted on', async () => {
  const painted = vi.fn();
  const values = film(300, 1000);
  const painter: GreyPainter = new GreyPainter(painted, async () => painter.clear());
  painter.get(values, { rows: 300, columns: 1000 }, window(0, 999), 1);
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(painted).not.toHaveBeenCalled();
});
