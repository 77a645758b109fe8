/** A reader's mark on a film: the corners of a closed outline, pixels, edges at 0 and at columns, rows. */
export type Outline = readonly (readonly [x: number, y: number])[];

/** How a reader's mark lies to a map. */
export interface MarkAgreement {
  /** Pixels in both over pixels in either, of the mark and what the map marks above its percentile; absent where it marks nothing. */
  iou?: number;
  /** Whether the map's largest value lies within the mark (pointing game, Zhang et al. 2018). */
  hit: boolean;
  /** From the mark's centre to the map's largest value. */
  distancePixels: number;
  /** The same in millimetres of the detector or patient, as the spacing says; absent where none is known. */
  distanceMm?: number;
  /** Those are millimetres of the detector: of a shadow that is larger than what throws it. */
  atDetector?: true;
}

/** Of rows and of columns, millimetres (PS3.3 10.7.1.3). */
export interface MarkSpacing {
  row: number;
  column: number;
  /** Known at the detector alone. */
  atDetector: boolean;
}

/**
 * Compares a mark with a map.
 *
 * @param mask rows × columns, 1 where the map marks
 * @param peak the map's largest value, pixels
 * @returns undefined for a mark without a pixel in the film
 */
export function markAgreement(
  outline: Outline,
  { mask, columns, rows }: { mask: Uint8Array; columns: number; rows: number },
  peak: readonly [x: number, y: number],
  spacing?: MarkSpacing,
): MarkAgreement | undefined {
  let [inMark, inBoth, sumX, sumY] = [0, 0, 0, 0];
  const ys = outline.map(([, y]) => y);
  const first = Math.max(0, Math.floor(Math.min(...ys)));
  const last = Math.min(rows, Math.ceil(Math.max(...ys)));
  for (let row = first; row < last; row++) {
    for (const [from, to] of spansAt(outline, row + 0.5)) {
      const end = Math.min(columns, Math.ceil(to - 0.5));
      for (let column = Math.max(0, Math.ceil(from - 0.5)); column < end; column++) {
        inMark += 1;
        inBoth += mask[row * columns + column];
        sumX += column + 0.5;
        sumY += row + 0.5;
      }
    }
  }
  if (inMark === 0) return undefined;
  const inMask = mask.reduce((sum, value) => sum + value, 0);
  const [dx, dy] = [peak[0] - sumX / inMark, peak[1] - sumY / inMark];
  return {
    ...(inMask > 0 ? { iou: inBoth / (inMark + inMask - inBoth) } : {}),
    hit: spansAt(outline, peak[1]).some(([from, to]) => peak[0] >= from && peak[0] < to),
    distancePixels: Math.hypot(dx, dy),
    ...(spacing && { distanceMm: Math.hypot(dx * spacing.column, dy * spacing.row) }),
    ...(spacing?.atDetector && { atDetector: true as const }),
  };
}

/** Where a horizontal line is inside an outline, by the even-odd rule. */
function spansAt(outline: Outline, y: number): [number, number][] {
  const crossings = outline.flatMap(([x1, y1], i): number[] => {
    const [x2, y2] = outline[(i + 1) % outline.length];
    return y1 <= y !== y2 <= y ? [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)] : [];
  });
  crossings.sort((a, b) => a - b);
  return Array.from({ length: crossings.length >> 1 }, (_, i) => [crossings[2 * i], crossings[2 * i + 1]]);
}
