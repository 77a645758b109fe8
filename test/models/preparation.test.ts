import { describe, expect, it } from 'vitest';
import type { InputSpec } from '../../src/models/card';
import {
  generatedToImage,
  inputGeometry,
  mapToImage,
  PreparationError,
  prepareImage,
  type ModalityImage,
} from '../../src/models/preparation';
import { seededRandom } from '../../src/models/random';
import { resizeAntialiased } from '../../src/models/resize';

const spec = (size: number, overrides: Partial<InputSpec> = {}): InputSpec => ({
  size,
  channels: 1,
  range: [0, 1],
  fit: 'stretch',
  equalise: true,
  ...overrides,
});

function film(rows: number, columns: number, value: (row: number, column: number) => number): ModalityImage {
  const values = Float32Array.from({ length: rows * columns }, (_, i) =>
    value(Math.floor(i / columns), i % columns),
  );
  return { values, rows, columns, photometric: 'MONOCHROME2' };
}

/** Integers of 12 bits, seeded. */
function noisyFilm(rows: number, columns: number, seed = 1): ModalityImage {
  const random = seededRandom(seed);
  return film(rows, columns, () => Math.floor(random() * 4096));
}

// The image of the reference values below, in Python: [[(7*i*i + 13*j + 5*i*j) % 101 for j in range(c)] for i in range(r)].
const pattern = (rows: number, columns: number): ModalityImage =>
  film(rows, columns, (i, j) => (7 * i * i + 13 * j + 5 * i * j) % 101);

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 3): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => expect(actual[i], `value ${i}`).toBeCloseTo(value, digits));
}

describe('resizeAntialiased', () => {
  // python3: torch.nn.functional.interpolate(x, size=(n, n), mode='bilinear', antialias=True, align_corners=False), torch 1.13
  const torch = {
    'reduces 13 × 9 to 5 × 5': {
      image: pattern(13, 9),
      size: 5,
      expected: [
        23.5286, 47.0208, 60.5275, 56.4333, 45.3572, 47.8312, 51.9905, 46.8788, 43.1061, 58.3874, 57.4245,
        55.95, 45.6538, 46.4018, 56.4959, 58.3009, 49.3655, 48.8342, 36.8144, 44.7944, 55.6857, 46.1937,
        46.5588, 41.1312, 48.8333,
      ],
    },
    'enlarges 3 × 4 to 6 × 6': {
      image: pattern(3, 4),
      size: 6,
      expected: [
        0.0, 6.5, 15.1667, 23.8333, 32.5, 39.0, 1.75, 8.875, 18.375, 27.875, 37.375, 44.5, 5.25, 13.625,
        24.7917, 35.9583, 47.125, 55.5, 12.25, 21.875, 34.7083, 47.5417, 60.375, 70.0, 22.75, 33.625, 48.125,
        62.625, 77.125, 88.0, 28.0, 39.5, 54.8333, 70.1667, 85.5, 97.0,
      ],
    },
    'enlarges rows and reduces columns, 3 × 12 to 6 × 6': {
      image: pattern(3, 12),
      size: 6,
      expected: [
        9.2857, 32.5, 58.5, 71.875, 22.125, 32.7143, 11.9286, 37.375, 62.7188, 62.8125, 31.3438, 36.5,
        17.2143, 47.125, 71.1562, 44.6875, 49.7812, 44.0714, 26.0, 57.2188, 67.3125, 42.6875, 52.7812,
        51.5357, 38.2857, 67.6562, 51.1875, 56.8125, 40.3438, 58.8929, 44.4286, 72.875, 43.125, 63.875,
        34.125, 62.5714,
      ],
    },
  };
  it.each(Object.entries(torch))('%s as PyTorch does', (_, { image, size, expected }) => {
    const geometry = inputGeometry(image.rows, image.columns, size, 'stretch');
    const { values, valid } = resizeAntialiased(image.values, undefined, geometry);
    expectClose(values, expected);
    expect(valid.every(flag => flag === 1)).toBe(true);
  });

  it('keeps padding, whatever its value, out of the image', () => {
    // The right half is padding; left pixels are all 7, so any mixture with the padding would show.
    const image = film(8, 8, (_, column) => (column < 4 ? 7 : -2000));
    const mask = Uint8Array.from(image.values, value => (value === 7 ? 1 : 0));
    const { values, valid } = resizeAntialiased(image.values, mask, inputGeometry(8, 8, 4, 'stretch'));
    expect([...values]).toEqual([7, 7, 0, 0, 7, 7, 0, 0, 7, 7, 0, 0, 7, 7, 0, 0]);
    expect([...valid]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0]);
  });

  it.each([0, 3, 60, 500])('is the mean under a triangle of the pixels that are image: %i gaps', gaps => {
    const [rows, columns, size] = [23, 31, 7];
    const image = noisyFilm(rows, columns);
    const random = seededRandom(gaps);
    const mask = new Uint8Array(rows * columns).fill(1);
    for (let gap = 0; gap < gaps; gap++) mask[Math.floor(random() * mask.length)] = 0;
    const { values, valid } = resizeAntialiased(
      image.values.map((value, i) => (mask[i] ? value : NaN)),
      mask,
      inputGeometry(rows, columns, size, 'stretch'),
    );
    // Weights of one axis: a triangle as wide as two pixels of the result, scaled to sum to 1.
    const triangle = (length: number, position: number): number[] => {
      const step = length / size;
      const heights = Array.from({ length }, (_, at) =>
        Math.max(0, 1 - Math.abs((at + 0.5) / step - position - 0.5)),
      );
      const sum = heights.reduce((total, height) => total + height, 0);
      return heights.map(height => height / sum);
    };
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const [down, across] = [triangle(rows, y), triangle(columns, x)];
        let [sum, weight] = [0, 0];
        for (let i = 0; i < mask.length; i++) {
          if (!mask[i]) continue;
          const here = down[Math.floor(i / columns)] * across[i % columns];
          sum += here * image.values[i];
          weight += here;
        }
        const isImage = weight >= 0.5;
        expect(valid[y * size + x]).toBe(Number(isImage));
        expect(values[y * size + x]).toBeCloseTo(isImage ? sum / weight : 0, 2);
      }
    }
  });
});

describe('prepareImage', () => {
  it('gives every pixel its mid-rank over the pixel count', () => {
    // Sorted: 10 20 20 40. Mid-ranks 0.5, 2, 2, 3.5 of 4.
    const { input, valid } = prepareImage(
      film(2, 2, (r, c) => [20, 10, 40, 20][2 * r + c]),
      spec(2),
    );
    expect([...input]).toEqual([0.5, 0.125, 0.875, 0.5]);
    expect([...valid]).toEqual([1, 1, 1, 1]);
  });

  it('scales linearly from minimum to maximum where the card asks for no equalisation', () => {
    const { input } = prepareImage(
      film(2, 2, (r, c) => [-1000, 1000, 0, 500][2 * r + c]),
      spec(2, { equalise: false }),
    );
    expect([...input]).toEqual([0, 1, 0.5, 0.75]);
  });

  it.each([
    ['a window', (v: number) => 3 * v - 500],
    ['gamma', (v: number) => (v / 4095) ** 2.2],
    ['a logarithm', (v: number) => Math.log(1 + v)],
  ])('does not see a strictly increasing grey-level map: %s', (_, map) => {
    const image = noisyFilm(16, 16);
    const mapped = { ...image, values: image.values.map(map) };
    expect(prepareImage(mapped, spec(16)).input).toEqual(prepareImage(image, spec(16)).input);
  });

  it('does not see rescale slope and intercept through a resize', () => {
    const image = noisyFilm(40, 30);
    const scaled = { ...image, values: image.values.map(v => 4 * v - 1024) };
    const [a, b] = [image, scaled].map(each => prepareImage(each, spec(12)).input);
    expectClose(a, [...b], 5);
  });

  it('does see a decreasing map', () => {
    const image = noisyFilm(8, 8);
    const inverted = { ...image, values: image.values.map(v => 4095 - v) };
    expect(prepareImage(inverted, spec(8)).input).not.toEqual(prepareImage(image, spec(8)).input);
  });

  it('takes MONOCHROME1 as inverted MONOCHROME2', () => {
    const image = noisyFilm(20, 24);
    const inverted: ModalityImage = {
      ...image,
      values: image.values.map(v => 4095 - v),
      photometric: 'MONOCHROME1',
    };
    for (const fit of ['stretch', 'letterbox'] as const) {
      const [a, b] = [image, inverted].map(each => prepareImage(each, spec(10, { fit })).input);
      expectClose(a, [...b], 5);
    }
  });

  it('makes of a padded film what it makes of the film alone', () => {
    const alone = noisyFilm(8, 16);
    // The film in the upper half of 16 × 16, below it padding of a value between the film's own.
    const values = new Float32Array(256).fill(2000);
    values.set(alone.values);
    const valid = new Uint8Array(256).fill(1, 0, 128);
    const padded: ModalityImage = { values, rows: 16, columns: 16, photometric: 'MONOCHROME2', valid };
    const { input, geometry } = prepareImage(padded, spec(16));
    expect(input).toEqual(prepareImage(alone, spec(16)).input);
    expect(geometry).toMatchObject({ crop: { x: 0, y: 0, width: 16, height: 8 }, scaleY: 2, offsetY: 0 });
  });

  it('masks padding inside the film', () => {
    const { values } = noisyFilm(16, 16);
    const valid = new Uint8Array(256).fill(1);
    for (let row = 0; row < 5; row++) valid.fill(0, 16 * row, 16 * row + 5);
    const { input, valid: inside } = prepareImage(
      { values, rows: 16, columns: 16, photometric: 'MONOCHROME2', valid },
      spec(16),
    );
    expect(inside).toEqual(valid);
    expect(input.filter((_, i) => !valid[i]).every(value => value === 0)).toBe(true);
  });

  it('ignores NaN in padding', () => {
    const image = film(4, 4, (r, c) => (r === 0 || (r === 1 && c === 0) ? NaN : 10 * r + c));
    const valid = Uint8Array.from(image.values, value => (Number.isNaN(value) ? 0 : 1));
    const { input } = prepareImage({ ...image, valid }, spec(4, { fit: 'letterbox' }));
    expect([...input].every(Number.isFinite)).toBe(true);
    // The row above is cropped, the film between bars; eleven valid pixels, ascending: the first has rank 0.5 / 11.
    expect(Math.min(...input.filter(value => value > 0))).toBeLessThan(1.5 / 11);
  });

  it('letterboxes by the proportions of the film where pixels are not square, and leads back', () => {
    // 4 rows and 8 columns of pixels twice as high as wide are a square film: no bars, 2 input pixels a row, 1 a column.
    const image = {
      values: Float32Array.from({ length: 32 }, (_, i) => i),
      rows: 4,
      columns: 8,
      photometric: 'MONOCHROME2' as const,
      pixelAspect: 2,
    };
    const { geometry, valid } = prepareImage(image, spec(8, { fit: 'letterbox' }));
    expect(geometry).toMatchObject({ scaleX: 1, scaleY: 2, offsetX: 0, offsetY: 0 });
    expect(valid.every(value => value === 1)).toBe(true);
    // 8 rows and 4 columns of them are four times as high as wide: 2 of 8 columns in the middle.
    const high = inputGeometry(8, 4, 8, 'letterbox', undefined, 2);
    expect(high).toMatchObject({ scaleX: 0.5, scaleY: 1, offsetX: 3, offsetY: 0 });
    const map = new Float32Array(64).fill(0);
    for (let row = 0; row < 8; row++) map.fill(1, 8 * row + 3, 8 * row + 5);
    // Rows run over the whole height; the outer columns of the film reach into the bars by half a pixel at most.
    expect(mapToImage(map, high).slice(1, 3)).toEqual(Float32Array.of(1, 1));
    expect(inputGeometry(8, 4, 8, 'stretch', undefined, 2)).toEqual(inputGeometry(8, 4, 8, 'stretch'));
  });

  it('letterboxes in the middle, with nothing in the bars', () => {
    const image = film(4, 8, (r, c) => 100 + 8 * r + c);
    const { input, valid, geometry } = prepareImage(image, spec(8, { fit: 'letterbox' }));
    expect(geometry).toMatchObject({ scaleX: 1, scaleY: 1, offsetX: 0, offsetY: 2 });
    for (let row = 0; row < 8; row++) {
      const inside = row >= 2 && row < 6;
      for (let column = 0; column < 8; column++) {
        expect(valid[8 * row + column]).toBe(inside ? 1 : 0);
        const rank = (8 * (row - 2) + column + 0.5) / 32;
        expect(input[8 * row + column]).toBeCloseTo(inside ? rank : 0, 6);
      }
    }
  });

  it('stretches a tall film to the square', () => {
    const { geometry } = prepareImage(noisyFilm(30, 10), spec(20));
    expect(geometry).toMatchObject({ scaleX: 2, scaleY: 20 / 30, offsetX: 0, offsetY: 0 });
  });

  it.each<[string, ModalityImage]>([
    ['all over', film(4, 4, () => 5)],
    ['all over, MONOCHROME1', { ...film(4, 4, () => 5), photometric: 'MONOCHROME1' }],
    [
      'beside padding of another',
      { ...film(4, 4, r => (r === 0 ? 0 : 5)), valid: new Uint8Array(16).fill(1, 4) },
    ],
    ['beside NaN in the padding', { ...film(4, 4, r => (r ? 5 : NaN)), valid: new Uint8Array(16).fill(1, 4) }],
  ])('refuses a film of one grey level %s', (_, image) => {
    for (const equalise of [true, false]) {
      expect(() => prepareImage(image, spec(4, { equalise }))).toThrow(PreparationError);
      expect(() => prepareImage(image, spec(4, { equalise }))).toThrow(/one grey level all over/);
    }
  });

  it('takes a film of which a single pixel differs', () => {
    const { input } = prepareImage(
      film(4, 4, (r, c) => (r === 3 && c === 3 ? 6 : 5)),
      spec(4),
    );
    expect(input[15]).toBeGreaterThan(input[0]);
  });

  it.each([
    ['sizes that contradict each other', { ...film(4, 4, () => 1), rows: 5 }, /5 × 4 pixels but carries 16/],
    [
      'a mask of another size',
      { ...film(4, 4, () => 1), valid: new Uint8Array(3) },
      /padding mask has 3 pixels/,
    ],
    ['no pixels', { ...film(0, 0, () => 1) }, /0 × 0/],
    [
      'an infinite pixel',
      film(4, 4, (r, c) => (r === 1 && c === 2 ? Infinity : 0)),
      /row 1, column 2.* not a finite/,
    ],
  ])('refuses %s, saying so', (_, image, message) => {
    expect(() => prepareImage(image, spec(4))).toThrow(PreparationError);
    expect(() => prepareImage(image, spec(4))).toThrow(message);
  });

  it('refuses a film of padding alone', () => {
    const image = { ...film(4, 4, () => 1), valid: new Uint8Array(16) };
    expect(() => prepareImage(image, spec(4))).toThrow(/no valid pixel/);
    expect(() => prepareImage(image, spec(4))).toThrow(PreparationError);
  });
});

describe('mapToImage', () => {
  it('interpolates as PyTorch does', () => {
    // torch.nn.functional.interpolate(x, size=(6, 3), mode='bilinear', align_corners=False)
    const map = pattern(4, 4).values;
    expectClose(
      mapToImage(map, inputGeometry(6, 3, 4, 'stretch')),
      [
        2.1667, 19.5, 36.8333, 6.0833, 26.75, 47.4167, 13.6389, 38.75, 63.8611, 28.1944, 57.75, 87.3056,
        49.75, 58.5, 67.25, 67.6667, 54.5, 41.3333,
      ],
    );
  });

  it('puts a mark in the model input back where it came from', () => {
    for (const fit of ['stretch', 'letterbox'] as const) {
      // A bright square of the film, centred at (row 60, column 30) of 120 × 80.
      const image = film(120, 80, (r, c) => (Math.abs(r - 59.5) < 8 && Math.abs(c - 29.5) < 8 ? 1000 : 0));
      const { input, geometry } = prepareImage(image, spec(64, { fit, equalise: false }));
      const map = mapToImage(input, geometry);
      let [weight, row, column] = [0, 0, 0];
      map.forEach((value, i) => {
        weight += value;
        row += value * Math.floor(i / 80);
        column += value * (i % 80);
      });
      expect(row / weight).toBeCloseTo(59.5, 1);
      expect(column / weight).toBeCloseTo(29.5, 1);
      // Its mass is that of the square: 16 × 16 pixels.
      expect(weight / 256).toBeCloseTo(1, 1);
    }
  });

  it('returns a smooth map nearly unchanged', () => {
    const smooth = film(50, 70, (r, c) => Math.sin(r / 15) + Math.cos(c / 20));
    const { input, geometry } = prepareImage(smooth, spec(64, { equalise: false }));
    const back = mapToImage(input, geometry);
    const [low, high] = [Math.min(...smooth.values), Math.max(...smooth.values)];
    const worst = Math.max(...back.map((v, i) => Math.abs(v - (smooth.values[i] - low) / (high - low))));
    expect(worst).toBeLessThan(0.02);
  });
});

describe('generatedToImage', () => {
  it('returns the film itself where nothing was changed', () => {
    for (const photometric of ['MONOCHROME1', 'MONOCHROME2'] as const) {
      const image = { ...noisyFilm(30, 20), photometric };
      const prepared = prepareImage(image, spec(16));
      expect(generatedToImage(image, prepared, prepared.input)).toEqual(image.values);
    }
  });

  it('leaves padding and pixels far from a change alone', () => {
    const image = noisyFilm(32, 32);
    const valid = new Uint8Array(1024).fill(1).fill(0, 0, 4).fill(0, 32, 36);
    const padded = { ...image, valid };
    const prepared = prepareImage(padded, spec(16));
    const generated = prepared.input.slice();
    generated[8 * 16 + 8] = Math.min(1, generated[8 * 16 + 8] + 0.3);
    generated[0] = 1; // in the padding: must not matter
    const result = generatedToImage(padded, prepared, generated);
    const changed = [...result].flatMap((value, i) => (value === image.values[i] ? [] : [i]));
    expect(changed.length).toBeGreaterThan(0);
    for (const i of changed) {
      // Bilinear up-sampling by 2 spreads one pixel over at most 4 × 4 about its centre.
      expect(Math.abs(Math.floor(i / 32) - 16.5)).toBeLessThanOrEqual(1.5);
      expect(Math.abs((i % 32) - 16.5)).toBeLessThanOrEqual(1.5);
    }
  });

  it.each(['MONOCHROME2', 'MONOCHROME1'] as const)('gives exact grey levels of the film, %s', photometric => {
    // 16 different levels 0, 10, … 150: ranks (k + 0.5) / 16, so a change of 1/16 is one level.
    const sign = photometric === 'MONOCHROME1' ? -1 : 1;
    const image = { ...film(4, 4, (r, c) => 10 * ((5 * (4 * r + c)) % 16)), photometric };
    const prepared = prepareImage(image, spec(4));
    const result = generatedToImage(
      image,
      prepared,
      prepared.input.map(rank => rank + 1 / 16),
    );
    // Far from the brightest of the surroundings the step is whole; near it, it is less, and never beyond.
    image.values.forEach((value, i) => {
      const level = sign > 0 ? value : 150 - value;
      const step = sign * (result[i] - value);
      if (level <= 60) expect(step).toBeCloseTo(10, 3);
      else expect(step).toBeGreaterThanOrEqual(0);
      expect(step).toBeLessThanOrEqual(Math.min(10.001, 150 - level));
    });
  });

  it.each(['MONOCHROME2', 'MONOCHROME1'] as const)('makes no holes in a dark lung, %s', photometric => {
    // A third of the film is background of 0, far below a lung of 60 to 80 in tissue of 150 to 200.
    const size = 96;
    const grey = (r: number, c: number): number => {
      if (c < 32) return (r * 7 + c) % 3;
      const lung = Math.hypot(r - 48, c - 64) < 28;
      return lung ? 60 + ((r * 13 + c * 7) % 21) : 150 + ((r * 11 + c * 5) % 51);
    };
    const sign = photometric === 'MONOCHROME1' ? -1 : 1;
    const image = { ...film(size, size, (r, c) => sign * grey(r, c)), photometric };
    const prepared = prepareImage(image, spec(size));
    const at = (delta: number): number[] => {
      const generated = prepared.input.map(rank => rank + delta);
      return [...generatedToImage(image, prepared, generated)].map(value => sign * value);
    };
    const results = [-0.6, -0.3, -0.1, 0.1, 0.3, 0.6].map(at);
    for (let r = 38; r < 58; r++) {
      for (let c = 54; c < 74; c++) {
        const values = results.map(result => result[r * size + c]);
        // Inside the lung: never below its darkest, though ranks below it are the background's; and monotone.
        expect(Math.min(...values)).toBeGreaterThanOrEqual(60);
        expect(values).toEqual([...values].sort((a, b) => a - b));
      }
    }
  });

  it('stays within the film’s grey range for changes that leave [0, 1]', () => {
    const image = noisyFilm(16, 16);
    const prepared = prepareImage(image, spec(16));
    for (const value of [0, 1]) {
      const result = generatedToImage(image, prepared, new Float32Array(256).fill(value));
      expect(Math.min(...result)).toBeGreaterThanOrEqual(Math.min(...image.values));
      expect(Math.max(...result)).toBeLessThanOrEqual(Math.max(...image.values));
    }
  });
});
