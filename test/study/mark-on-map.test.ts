import { expect, it } from 'vitest';
import { markAgreement, type Outline } from '../../src/study/mark-on-map';

/** 10 columns × 8 rows; the map marks columns 2 to 5 of rows 1 to 4: 16 pixels. */
const [columns, rows] = [10, 8];
const mask = Uint8Array.from({ length: columns * rows }, (_, i) => {
  const [column, row] = [i % columns, Math.floor(i / columns)];
  return Number(column >= 2 && column <= 5 && row >= 1 && row <= 4);
});
const box = (x: number, y: number, width: number, height: number): Outline => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
];
const peak = [3.5, 2.5] as const;

it('a box of the map itself: IoU 1, hit; the distance is from its centre (4, 3) to the peak', () => {
  const agreement = markAgreement(box(2, 1, 4, 4), { mask, columns, rows }, peak)!;
  expect(agreement).toEqual({ iou: 1, hit: true, distancePixels: Math.hypot(0.5, 0.5) });
});

it('a box that overlaps: 8 of 16 + 16 − 8 pixels; spacing of rows and columns apart', () => {
  // Columns 4 to 7: two of the map's four; its centre is (6, 3).
  const agreement = markAgreement(box(4, 1, 4, 4), { mask, columns, rows }, peak, {
    row: 2,
    column: 0.5,
    atDetector: false,
  })!;
  expect(agreement.iou).toBeCloseTo(8 / 24, 12);
  expect(agreement.hit).toBe(false);
  expect(agreement.distancePixels).toBeCloseTo(Math.hypot(2.5, 0.5), 12);
  expect(agreement.distanceMm).toBeCloseTo(Math.hypot(2.5 * 0.5, 0.5 * 2), 12);
});

it('an outline: a triangle has the pixels whose centres it holds', () => {
  // Below the diagonal from (0, 0) to (8, 8), 36 − 8 = 28 centres strictly inside.
  const triangle: Outline = [
    [0, 0],
    [8, 8],
    [0, 8],
  ];
  const all = new Uint8Array(columns * rows).fill(1);
  const agreement = markAgreement(triangle, { mask: all, columns, rows }, [1, 6])!;
  expect([28 / 80, 36 / 80]).toContain(agreement.iou);
  expect(agreement.hit).toBe(true);
});

it('what lies outside the film counts nothing, and a map that marks nothing has no IoU', () => {
  expect(markAgreement(box(20, 20, 3, 3), { mask, columns, rows }, peak)).toBeUndefined();
  const partly = markAgreement(box(-3, -3, 5, 5), { mask, columns, rows }, peak)!;
  expect(partly.iou).toBe(0);
  const nothing = new Uint8Array(columns * rows);
  expect(markAgreement(box(1, 1, 2, 2), { mask: nothing, columns, rows }, peak)!.iou).toBeUndefined();
});
