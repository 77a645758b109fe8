import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import { classifyInput, inputTensor } from '../../src/explain/film-session';
import type { Shutter } from '../../src/models/collimation';
import { loadModelPackage, type ModelPackage } from '../../src/models/package';
import { prepareImage } from '../../src/models/preparation';
import { makePhantom } from '../../src/phantom';
import { readImageFile } from '../../src/image/read-file';
import { folderReader } from '../../src/io/folder-reader';

/** A finished film of 8 bits. */
interface Picture {
  pixels: Uint8Array;
  rows: number;
  columns: number;
}

/** Widths of a border in shares of the film's side. */
interface Frame {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

const none: Frame = { top: 0, bottom: 0, left: 0, right: 0 };
/** What is named after the share of the framed picture's side that is border. */
const frames: [string, Frame][] = [
  ...[0.02, 0.1, 0.3, 0.6].flatMap((share): [string, Frame][] => {
    const width = share / (1 - share);
    return [
      [`${100 * share} % above`, { ...none, top: width }],
      [`${100 * share} % on the left`, { ...none, left: width }],
      [`${100 * share} % left and right`, { ...none, left: width / 2, right: width / 2 }],
      [`${100 * share} % around`, { top: width / 2, bottom: width / 2, left: width / 2, right: width / 2 }],
    ];
  }),
  ['an uneven border', { top: 0.4, bottom: 0.05, left: 0.13, right: 0.6 }],
];

/** Puts a film into a border of one grey level, and letters in its widest side. */
async function framed(film: Picture, frame: Frame, level: number, letter: boolean): Promise<Picture> {
  const { rows, columns } = film;
  const [top, bottom] = [frame.top, frame.bottom].map(share => Math.round(share * rows));
  const [left, right] = [frame.left, frame.right].map(share => Math.round(share * columns));
  const bordered = sharp(film.pixels, { raw: { width: columns, height: rows, channels: 1 } }).extend({
    top,
    bottom,
    left,
    right,
    background: { r: level, g: level, b: level },
  });
  const { data, info } = await bordered.toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  const pixels = Uint8Array.from({ length: info.width * info.height }, (_, i) => data[i * info.channels]);
  if (letter) drawLetter(pixels, info.width, { top, left, bottom, right, rows, columns }, 255 - level);
  return { pixels, rows: info.height, columns: info.width };
}

/** An L of a tenth of the film's height in the middle of the widest border, where that has room for it. */
function drawLetter(
  pixels: Uint8Array,
  width: number,
  { top, left, bottom, right, rows, columns }: Frame & { rows: number; columns: number },
  level: number,
): void {
  const height = Math.round(0.1 * rows);
  const stroke = Math.ceil(height / 5);
  const widest = Math.max(top, bottom, left, right);
  if (widest < 2 * height) return;
  const [y, x] =
    widest === top
      ? [top / 2 - height / 2, left + columns / 4]
      : widest === bottom
        ? [top + rows + bottom / 2 - height / 2, left + columns / 4]
        : [top + rows / 4, widest === left ? left / 2 - height / 2 : left + columns + right / 2 - height / 2];
  for (let dy = 0; dy < height; dy++) {
    for (let dx = 0; dx < 0.6 * height; dx++) {
      if (dx < stroke || dy >= height - stroke) {
        pixels[Math.round(y + dy) * width + Math.round(x + dx)] = level;
      }
    }
  }
}

/** An oblique collimator: a rectangle of the film's own size, turned about the film's middle, which cuts a wedge off each corner. */
function obliqueCollimator({ rows, columns }: Picture, degrees: number) {
  const [sine, cosine] = [Math.sin((degrees * Math.PI) / 180), Math.cos((degrees * Math.PI) / 180)];
  const isOpen = (i: number): boolean => {
    const [y, x] = [Math.floor(i / columns) + 0.5 - rows / 2, (i % columns) + 0.5 - columns / 2];
    return Math.abs(x * cosine + y * sine) <= columns / 2 && Math.abs(y * cosine - x * sine) <= rows / 2;
  };
  const corners = [
    [-1, -1],
    [-1, 1],
    [1, 1],
    [1, -1],
  ].map(([v, u]): [row: number, column: number] => [
    (rows + 1 + v * rows * cosine + u * columns * sine) / 2,
    (columns + 1 + u * columns * cosine - v * rows * sine) / 2,
  ]);
  return { isOpen, shutter: { shape: 'polygonal', vertices: corners } as const };
}

/**
 * The largest difference of the score between corners that are seen to be covered and corners that the header says are: what
 * they hide of the film is missing either way.
 */
async function worstObliqueChange(
  model: ModelPackage,
  film: Picture,
  levels: readonly number[],
): Promise<{ change: number; by: string }> {
  let worst = { change: 0, by: 'none' };
  for (const degrees of [-5, -3, 3, 4]) {
    const { isOpen, shutter } = obliqueCollimator(film, degrees);
    const declared = await scoreOf(model, film, [shutter]);
    for (const level of levels) {
      const pixels = film.pixels.map((value, i) => (isOpen(i) ? value : level));
      const score = await scoreOf(model, { ...film, pixels });
      const change = Math.abs(score - declared);
      if (change >= worst.change) worst = { change, by: `${degrees} degrees, level ${level}` };
    }
  }
  return worst;
}

async function scoreOf(
  model: ModelPackage,
  { pixels, rows, columns }: Picture,
  shutters: readonly Shutter[] = [],
): Promise<number> {
  const photometric = 'MONOCHROME2';
  const image = { values: Float32Array.from(pixels), rows, columns, photometric, shutters } as const;
  const x = inputTensor(model, prepareImage(image, model.card.input).input);
  const { decision } = await classifyInput(model, x);
  x.dispose();
  return decision.score;
}

/** The largest change of the score by a border. */
async function worstChange(model: ModelPackage, film: Picture): Promise<{ change: number; by: string }> {
  const alone = await scoreOf(model, film);
  let worst = { change: 0, by: 'none' };
  for (const [name, frame] of frames) {
    for (const level of [0, 255]) {
      const score = await scoreOf(model, await framed(film, frame, level, true));
      const change = Math.abs(score - alone);
      if (change >= worst.change) worst = { change, by: `${name}, level ${level}` };
    }
  }
  return worst;
}

beforeAll(async () => {
  await prepareNodeBackend('wasm');
  return () => tf.disposeVariables();
});

const folder = path.resolve('../shared/data/cxr');

/** Every 45th of the validation films that a radiologist read. */
async function* someFilms(): AsyncGenerator<{ name: string; film: Picture }> {
  const names = readFileSync(path.join(folder, 'labels.csv'), 'utf8')
    .split('\n')
    .filter(line => /,radiologist,\d+,val$/.test(line))
    .map(line => line.split(',')[0]);
  for (const name of names.filter((_, index) => index % 45 === 0)) {
    const { values, rows, columns } = (await readImageFile(path.join(folder, 'images', name))).image;
    yield { name, film: { pixels: Uint8Array.from(values), rows, columns } };
  }
}

/** @param size side of the phantoms, pixels */
function somePhantoms(size: number): { name: string; film: Picture }[] {
  return ['border/1', 'border/2', 'border/3', 'border/4'].map(name => {
    const { pixels, rows, columns } = makePhantom(name, { size });
    return { name, film: { pixels: Uint8Array.from(pixels, value => Math.round(255 * value)), rows, columns } };
  });
}

describe('the score of a film in a border of one grey level, with a letter in it', () => {
  it('is that of the film: phantoms', async () => {
    const model = await loadModelPackage(folderReader('models/phantom'), { generators: [] });
    for (const { name, film } of somePhantoms(160)) {
      const { change, by } = await worstChange(model, film);
      expect(change, `${name}: ${by}`).toBeLessThan(0.02);
    }
  }, 120_000);

  it.skipIf(!existsSync(folder))('is that of the film: films (skipped without ../shared/data/cxr)', async () => {
    const model = await loadModelPackage(folderReader('models/cxr-pneumonia'), { generators: [] });
    for await (const { name, film } of someFilms()) {
      const { change, by } = await worstChange(model, film);
      expect(change, `${name}: ${by}`).toBeLessThan(0.02);
    }
  }, 300_000);
});

describe('the score of a film whose corners an oblique collimator covers', () => {
  it('is that of the film without those corners: phantoms', async () => {
    const model = await loadModelPackage(folderReader('models/phantom'), { generators: [] });
    for (const { name, film } of somePhantoms(320)) {
      const { change, by } = await worstObliqueChange(model, film, [0, 255]);
      expect(change, `${name}: ${by}`).toBeLessThan(0.02);
    }
  }, 120_000);

  it.skipIf(!existsSync(folder))('is that of the film without them: films (skipped without ../shared/data/cxr)', async () => {
    const model = await loadModelPackage(folderReader('models/cxr-pneumonia'), { generators: [] });
    for await (const { name, film } of someFilms()) {
      // Dark alone: where a film is white up to its edge, a white collimator's edge cannot be told from it.
      const { change, by } = await worstObliqueChange(model, film, [0]);
      expect(change, `${name}: ${by}`).toBeLessThan(0.03);
    }
  }, 300_000);
});
