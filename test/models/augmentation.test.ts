import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackend } from '../../src/backends/node';
import {
  applyTransforms,
  centredTransform,
  identityTransform,
  invertTransform,
  isMirrored,
  randomTransforms,
  transformCoverage,
  type Affine,
  type GeometricRanges,
} from '../../src/models/augmentation';
import { seededRandom } from '../../src/models/random';

const still = { angle: 0, shiftX: 0, shiftY: 0, zoom: 1, flipX: 1, flipY: 1 } as const;
const ranges: GeometricRanges = {
  rotationDegrees: 10,
  shiftFraction: 0.1,
  zoom: [0.9, 1.1],
  horizontalFlip: true,
  verticalFlip: true,
};

/** 4 × 4 image with pixel value 10·row + column + 1. */
const grid = [
  [1, 2, 3, 4],
  [11, 12, 13, 14],
  [21, 22, 23, 24],
  [31, 32, 33, 34],
];

function moved(transform: Affine, rows = grid, fill = 0): number[][] {
  return tf.tidy(() => {
    const batch = tf.tensor4d(rows.flat(), [1, rows.length, rows[0].length, 1]);
    return tf.squeeze(applyTransforms(batch, [transform], fill), [0, 3]).arraySync() as number[][];
  });
}

function expectGrid(actual: number[][], expected: number[][], digits = 4): void {
  expected.forEach((row, r) =>
    row.forEach((value, c) => expect(actual[r][c], `(${r}, ${c})`).toBeCloseTo(value, digits)),
  );
}

/** The input point that an output point reads. */
function at([a, b, c, d, e, f]: Affine, x: number, y: number): [number, number] {
  return [a * x + b * y + c, d * x + e * y + f];
}

describe.each(['cpu', 'wasm'] as const)('applyTransforms on %s moves pixels as by hand', backend => {
  beforeAll(() => prepareNodeBackend(backend));

  it('identity', () => expectGrid(moved(identityTransform), grid));

  it('shift by one to the right and two down, filling with the given value', () => {
    expectGrid(moved(centredTransform(4, { ...still, shiftX: 1, shiftY: 2 }), grid, 9), [
      [9, 9, 9, 9],
      [9, 9, 9, 9],
      [9, 1, 2, 3],
      [9, 11, 12, 13],
    ]);
  });

  it('horizontal and vertical flip', () => {
    expectGrid(
      moved(centredTransform(4, { ...still, flipX: -1 })),
      grid.map(row => [...row].reverse()),
    );
    expectGrid(moved(centredTransform(4, { ...still, flipY: -1 })), [...grid].reverse());
  });

  it('quarter turn', () => {
    // Output (x, y) reads input (y, 3 − x): the first column, read upwards, becomes the first row.
    const turned = [
      [31, 21, 11, 1],
      [32, 22, 12, 2],
      [33, 23, 13, 3],
      [34, 24, 14, 4],
    ];
    expectGrid(moved([0, 1, 0, -1, 0, 3]), turned);
    expectGrid(moved(centredTransform(4, { ...still, angle: Math.PI / 2 })), turned, 3);
  });

  it('two-fold zoom about the centre reads between the pixels', () => {
    // Output x reads input 1.5 + (x − 1.5) / 2 = 0.75, 1.25, 1.75, 2.25; the grid is linear.
    const reads = [0.75, 1.25, 1.75, 2.25];
    expectGrid(
      moved(centredTransform(4, { ...still, zoom: 2 })),
      reads.map(y => reads.map(x => 10 * y + x + 1)),
    );
  });

  it('each image of a batch by its own transform, channels together', () => {
    const batch = tf.tensor4d([...grid.flat(), ...grid.flat()].flatMap(v => [v, -v]), [2, 4, 4, 2]);
    const flips = [identityTransform, centredTransform(4, { ...still, flipX: -1 })];
    const result = applyTransforms(batch, flips).arraySync();
    expect(result[0][1].map(pixel => pixel.map(Math.round))).toEqual([
      [11, -11],
      [12, -12],
      [13, -13],
      [14, -14],
    ]);
    expect(result[1][1].map(pixel => pixel.map(Math.round))).toEqual([
      [14, -14],
      [13, -13],
      [12, -12],
      [11, -11],
    ]);
  });

  it('one transform for a whole batch', () => {
    const batch = tf.tensor4d([...grid.flat(), ...grid.flat()], [2, 4, 4, 1]);
    const [a, b] = applyTransforms(batch, [centredTransform(4, { ...still, shiftX: 1 })]).arraySync();
    expect(a).toEqual(b);
    expect(Math.round(a[0][1][0])).toBe(1);
  });

  it('covers what the input reaches', () => {
    const [coverage] = transformCoverage([centredTransform(4, { ...still, shiftX: 1.5 })], 4).arraySync();
    // Output column x reads x − 1.5: −1.5 and beyond the edge nothing, −0.5 half, then inside.
    coverage.forEach(row =>
      row
        .map(pixel => pixel[0])
        .forEach((v, x) => {
          expect(v).toBeCloseTo([0, 0.5, 1, 1][x], 5);
        }),
    );
  });
});

describe('isMirrored', () => {
  const turned = (flipX: 1 | -1, flipY: 1 | -1) =>
    centredTransform(9, { angle: 0.17, shiftX: 2, shiftY: -1, zoom: 1.1, flipX, flipY });

  it('is true of a flip of one axis; flips of both are half a turn', () => {
    expect(isMirrored(turned(1, 1))).toBe(false);
    expect(isMirrored(turned(-1, 1))).toBe(true);
    expect(isMirrored(turned(1, -1))).toBe(true);
    expect(isMirrored(turned(-1, -1))).toBe(false);
  });
});

describe('invertTransform', () => {
  it('undoes random transforms, both ways round', () => {
    const random = seededRandom(5);
    for (const transform of randomTransforms(50, { ...ranges, rotationDegrees: 180 }, 64, random)) {
      const inverse = invertTransform(transform);
      for (const [x, y] of [
        [0, 0],
        [63, 10],
        [31.5, 31.5],
      ]) {
        for (const [first, second] of [
          [transform, inverse],
          [inverse, transform],
        ]) {
          const [backX, backY] = at(second, ...at(first, x, y));
          expect(backX).toBeCloseTo(x, 8);
          expect(backY).toBeCloseTo(y, 8);
        }
      }
    }
  });

  it('brings a smooth image back where it was covered', async () => {
    await prepareNodeBackend('cpu');
    const size = 32;
    const values = Array.from(
      { length: size * size },
      (_, i) => Math.sin((i % size) / 6) + Math.cos(i / size / 7),
    );
    const batch = tf.tensor4d(values, [1, size, size, 1]);
    const transforms = randomTransforms(3, ranges, size, seededRandom(6));
    for (const transform of transforms) {
      const back = applyTransforms(applyTransforms(batch, [transform]), [invertTransform(transform)]).dataSync();
      const covered = applyTransforms(transformCoverage([transform], size), [
        invertTransform(transform),
      ]).dataSync();
      const inside = values.flatMap((value, i) => (covered[i] > 0.999 ? [Math.abs(back[i] - value)] : []));
      expect(inside.length).toBeGreaterThan(0.6 * size * size);
      expect(Math.max(...inside)).toBeLessThan(0.02);
    }
  });
});

describe('randomTransforms', () => {
  const size = 100;
  const centre = (size - 1) / 2;

  it('keeps to its ranges and uses them, flips half of the images', () => {
    const drawn = randomTransforms(2000, ranges, size, seededRandom(1)).map(transform => {
      const [a, b, , d, e] = transform;
      const determinant = a * e - b * d;
      const [shiftX, shiftY] = at(invertTransform(transform), centre, centre).map(v => v - centre);
      const zoom = 1 / Math.sqrt(Math.abs(determinant));
      const degrees = (Math.atan2(Math.abs(b), Math.abs(a)) * 180) / Math.PI;
      return { shiftX, shiftY, zoom, degrees, flipX: a < 0, flipY: e < 0 };
    });
    const extremes = (key: 'shiftX' | 'shiftY' | 'zoom' | 'degrees'): [number, number] => {
      const values = drawn.map(d => d[key]);
      return [Math.min(...values), Math.max(...values)];
    };
    for (const key of ['shiftX', 'shiftY'] as const) {
      const [low, high] = extremes(key);
      expect(low).toBeGreaterThanOrEqual(-10);
      expect(low).toBeLessThan(-9.9);
      expect(high).toBeLessThanOrEqual(10);
      expect(high).toBeGreaterThan(9.9);
    }
    const [smallest, largest] = extremes('zoom');
    expect(smallest).toBeGreaterThanOrEqual(0.9);
    expect(smallest).toBeLessThan(0.905);
    expect(largest).toBeLessThanOrEqual(1.1);
    expect(largest).toBeGreaterThan(1.095);
    expect(extremes('degrees')[1]).toBeLessThanOrEqual(10);
    expect(extremes('degrees')[1]).toBeGreaterThan(9.9);
    for (const flip of ['flipX', 'flipY'] as const) {
      expect(Math.abs(drawn.filter(d => d[flip]).length / 2000 - 0.5)).toBeLessThan(0.05);
    }
  });

  it('never flips where it must not', () => {
    const fixed = { ...ranges, horizontalFlip: false, verticalFlip: false };
    for (const [a, , , , e] of randomTransforms(200, fixed, size, seededRandom(2))) {
      expect(a).toBeGreaterThan(0);
      expect(e).toBeGreaterThan(0);
    }
  });

  it('magnifies for zoom above 1: the output shows less of the input', () => {
    const [left] = at(centredTransform(size, { ...still, zoom: 2 }), 0, centre);
    expect(left).toBeCloseTo(centre / 2, 8);
  });

  it('repeats itself for the same seed', () => {
    const draw = (): Affine[] => randomTransforms(5, ranges, size, seededRandom(3));
    expect(draw()).toEqual(draw());
  });
});
