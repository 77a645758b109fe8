import type { InputGeometry } from '../models/input-geometry';

/** A box in pixels of the image that the geometry describes; edges at real numbers, x to the right, y down. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Union of boxes at the model's input size: a pixel belongs to the truth when its centre lies in a box.
 *
 * @returns size × size, one byte a pixel
 * @throws RangeError when a box is empty or lies outside the image
 */
export function boxTruth(boxes: readonly Box[], geometry: InputGeometry): Uint8Array {
  const { size, rows, columns, scaleX, scaleY, offsetX, offsetY } = geometry;
  const truth = new Uint8Array(size * size);
  for (const box of boxes) {
    checkBox(box, rows, columns);
    const left = firstCentre(box.x * scaleX + offsetX);
    const right = firstCentre((box.x + box.width) * scaleX + offsetX);
    const top = firstCentre(box.y * scaleY + offsetY);
    const bottom = firstCentre((box.y + box.height) * scaleY + offsetY);
    for (let row = Math.max(0, top); row < Math.min(size, bottom); row++) {
      truth.fill(1, row * size + Math.max(0, left), row * size + Math.min(size, right));
    }
  }
  return truth;
}

/** The first pixel whose centre lies at or beyond an edge. */
function firstCentre(edge: number): number {
  return Math.ceil(edge - 0.5);
}

function checkBox({ x, y, width, height }: Box, rows: number, columns: number): void {
  const apart = x >= columns || y >= rows || x + width <= 0 || y + height <= 0;
  if (width > 0 && height > 0 && !apart) return;
  throw new RangeError(
    `The box at (${x}, ${y}) of ${width} × ${height} pixels is empty or outside the image of ${columns} × ${rows}.`,
  );
}
