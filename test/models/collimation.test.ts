import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImageFile } from '../../src/image/read-file';
import type { InputSpec } from '../../src/models/card';
import { exposedField, type Shutter } from '../../src/models/collimation';
import { collimatedShare, prepareImage, type ModalityImage } from '../../src/models/preparation';
import { seededRandom } from '../../src/models/random';
import { prepareFilm } from '../../src/datasets/film';

const rows = 100;
const columns = 80;
const spec: InputSpec = { size: 40, channels: 1, range: [0, 1], fit: 'stretch', equalise: true };

/** Grey tissue inside a rectangle, black (with a little noise) outside. */
function film(inside: { top: number; bottom: number; left: number; right: number }): Float32Array {
  const random = seededRandom(7);
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const isInside =
      row >= inside.top && row < inside.bottom && column >= inside.left && column < inside.right;
    return isInside ? 800 + 2000 * random() : 40 * random();
  });
}

const whole = { top: 0, bottom: rows, left: 0, right: columns };
const area = (dense: Float32Array, shutters: Shutter[] = [], valid?: Uint8Array) =>
  exposedField(dense, valid, { rows, columns }, shutters).area;
const count = (mask: Uint8Array | undefined) => mask?.reduce((sum, value) => sum + value, 0);
const image = (values: Float32Array, change: Partial<ModalityImage> = {}): ModalityImage => ({
  values,
  rows,
  columns,
  photometric: 'MONOCHROME2',
  ...change,
});

describe('black borders', () => {
  it('are taken out, each side by its own width', () => {
    const inside = { top: 10, bottom: 95, left: 5, right: 70 };
    const mask = area(film(inside))!;
    expect(count(mask)).toBe(85 * 65);
    expect(mask[10 * columns + 5]).toBe(1);
    expect(mask[9 * columns + 5]).toBe(0);
    expect(mask[10 * columns + 4]).toBe(0);
    expect(mask[94 * columns + 69]).toBe(1);
    expect(mask[95 * columns + 69]).toBe(0);
  });

  it('may hold a marker', () => {
    const dense = film({ ...whole, top: 20 });
    dense.fill(2800, 5 * columns + 3, 5 * columns + 5);
    expect(count(area(dense))).toBe(80 * columns);
  });

  it('of a pixel are left, and so is a film without any', () => {
    expect(area(film({ ...whole, top: 1 }))).toBeUndefined();
    expect(area(film(whole))).toBeUndefined();
    expect(area(new Float32Array(rows * columns).fill(5))).toBeUndefined();
  });

  it('are seen in air around a rounded body as far as whole lines are air: nothing of the body is cut', () => {
    const dense = film(whole).map((value, i) => {
      const [y, x] = [Math.floor(i / columns) - rows / 2, (i % columns) - columns / 2];
      return (x / 34) ** 2 + (y / 44) ** 2 <= 1 ? value : 10;
    });
    // The air in the corners is an ellipse's, as a round collimator's is.
    expect(exposedField(dense, undefined, { rows, columns }).crop).toEqual({ x: 7, y: 7, width: 67, height: 87 });
    const mask = area(dense)!;
    const lost = dense.filter((value, i) => value !== 10 && !mask[i]).length;
    expect(lost).toBeLessThan(0.01 * count(mask)!);
  });

  it('of an oblique collimator are cropped to its rectangle, and its corners masked', () => {
    // 200 × 240, turned by 4 degrees about the middle.
    const [sine, cosine] = [Math.sin(0.07), Math.cos(0.07)];
    const random = seededRandom(3);
    const isFilm = new Uint8Array(300 * 300);
    const dense = Float32Array.from({ length: 300 * 300 }, (_, i) => {
      const [y, x] = [Math.floor(i / 300) - 150, (i % 300) - 150];
      const inside = Math.abs(x * cosine + y * sine) < 100 && Math.abs(y * cosine - x * sine) < 120;
      isFilm[i] = Number(inside);
      return inside ? 500 + 3000 * random() : 30 * random();
    });
    const { crop, area: open } = exposedField(dense, undefined, { rows: 300, columns: 300 });
    const [width, height] = [2 * (100 * cosine + 120 * sine), 2 * (120 * cosine + 100 * sine)];
    // Lines with less than 3 % of film are border.
    expect(crop.width / width).toBeCloseTo(1, 1);
    expect(crop.height / height).toBeCloseTo(1, 1);
    let [lost, left] = [0, 0];
    isFilm.forEach((film, i) => {
      if (film && !open![i]) lost++;
      if (!film && open![i]) left++;
    });
    expect(lost).toBeLessThan(0.005 * 200 * 240);
    expect(left).toBeLessThan(0.005 * 200 * 240);
  });

  it('are flat: a gradient is image', () => {
    const dense = Float32Array.from({ length: rows * columns }, (_, i) => Math.floor(i / columns) ** 2);
    expect(area(dense)).toBeUndefined();
  });

  it('that would leave next to nothing are no collimation', () => {
    expect(area(film({ top: 45, bottom: 55, left: 35, right: 45 }))).toBeUndefined();
    expect(area(film({ ...whole, top: 80 }))).toBeUndefined();
    expect(count(area(film({ ...whole, top: 60 })))).toBe(40 * columns);
  });
});

describe('shutters', () => {
  const dense = film(whole);

  it('keep what is inside: rectangle, circle, polygon, and what two of them leave', () => {
    const rectangle: Shutter = { shape: 'rectangular', left: 11, right: 70, upper: 21, lower: 100 };
    expect(count(area(dense, [rectangle]))).toBe(60 * 80);
    const circle: Shutter = { shape: 'circular', row: 50, column: 40, radius: 38 };
    expect(count(area(dense, [circle]))! / (Math.PI * 38 ** 2)).toBeCloseTo(1, 1);
    const triangle: Shutter = {
      shape: 'polygonal',
      vertices: [
        [0, 0],
        [0, 80],
        [100, 0],
      ],
    };
    expect(count(area(dense, [triangle]))! / (0.5 * rows * columns)).toBeCloseTo(1, 1);
    const both = area(dense, [rectangle, circle])!;
    expect(both[50 * columns + 40]).toBe(1);
    expect(both[15 * columns + 40]).toBe(0);
  });

  it('add to padding', () => {
    const valid = new Uint8Array(rows * columns).fill(1).fill(0, 50 * columns);
    const upper: Shutter = { shape: 'rectangular', left: 1, right: 80, upper: 11, lower: 100 };
    expect(count(area(dense, [upper], valid))).toBe(40 * columns);
  });

  it('outside of the image, or covering nearly all of it, are not meant for this plane', () => {
    // As in a real file: a collimator in coordinates of its own.
    const strange: Shutter = { shape: 'rectangular', left: -10, right: 10, upper: 45, lower: 60 };
    expect(area(dense, [strange])).toBeUndefined();
    const open: Shutter = { shape: 'rectangular', left: 0, right: 81, upper: 0, lower: 101 };
    expect(area(dense, [open])).toBeUndefined();
  });
});

describe('the prepared input', () => {
  const bordered = film({ top: 20, bottom: 100, left: 0, right: 60 });

  it('of a collimated image has the ranks of its image alone', () => {
    const prepared = prepareImage(image(bordered, { shutters: [] }), spec);
    const inside = [...prepared.input].filter((_, i) => prepared.valid[i]);
    // Uniform ranks from 0 to 1, though 40 % of the film is black.
    expect(Math.min(...inside)).toBeLessThan(0.01);
    expect(inside.reduce((sum, value) => sum + value, 0) / inside.length).toBeCloseTo(0.5, 2);
    expect(collimatedShare(image(bordered, { shutters: [] }), prepared)).toBeCloseTo(0.4, 6);
    expect(prepared.geometry.crop).toEqual({ x: 0, y: 20, width: 60, height: 80 });
    expect(prepared.valid.every(value => value === 1)).toBe(true);
  });

  it('is the same whichever way the border was drawn, and in either polarity', () => {
    const shutters: Shutter[] = [{ shape: 'rectangular', left: 1, right: 60, upper: 21, lower: 100 }];
    const drawn = prepareImage(image(bordered, { shutters: [] }), spec).input;
    expect(prepareImage(image(bordered, { shutters }), spec).input).toEqual(drawn);
    const inverted = image(
      bordered.map(value => -value),
      { shutters: [], photometric: 'MONOCHROME1' },
    );
    expect(prepareImage(inverted, spec).input).toEqual(drawn);
  });

  it('of a training picture, which has no header, is cropped like any other', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'collimation-'));
    try {
      const file = path.join(folder, 'bordered.png');
      const pixels = Uint8Array.from(bordered, value => value / 11);
      await sharp(pixels, { raw: { width: columns, height: rows, channels: 1 } })
        .png()
        .toFile(file);
      const { image: training } = await readImageFile(file);
      expect(training).toEqual(image(Float32Array.from(pixels)));
      const prepared = prepareImage(training, spec);
      expect(prepared.geometry.crop).toEqual({ x: 0, y: 20, width: 60, height: 80 });
      const film = await prepareFilm(file, spec);
      expect(film.crop).toEqual(prepared.geometry.crop);
      expect(film.plane[77] / 65535).toBeCloseTo(prepared.input[77], 4);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
