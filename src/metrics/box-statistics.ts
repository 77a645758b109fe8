import { quantile } from './bootstrap';

/** Extent of one box at the model's input size, in pixels. */
export interface BoxSize {
  height: number;
  width: number;
}

/** Minimum, maximum, mean and median of one quantity. */
export interface Spread {
  min: number;
  max: number;
  mean: number;
  median: number;
}

/** Sizes of the boxes of a split: height and width in pixels of the input, area as a share of the image. */
export interface BoxStatistics {
  boxes: number;
  images: number;
  height: Spread;
  width: Spread;
  area: Spread;
}

/**
 * Statistics of ground-truth boxes, as Table III of Charachon et al., ICPR 2020, arXiv 2012.07332.
 *
 * @param perImage boxes of each image with truth
 * @param size side of the square input, pixels
 * @returns undefined when there is no box
 */
export function boxStatistics(
  perImage: readonly (readonly BoxSize[])[],
  size: number,
): BoxStatistics | undefined {
  const boxes = perImage.flat();
  if (boxes.length === 0) return undefined;
  return {
    boxes: boxes.length,
    images: perImage.filter(list => list.length > 0).length,
    height: spread(boxes.map(box => box.height)),
    width: spread(boxes.map(box => box.width)),
    area: spread(boxes.map(box => (box.height * box.width) / (size * size))),
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    min: sorted[0],
    max: sorted[sorted.length - 1],
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    median: quantile(sorted, 0.5),
  };
}

/** A box that encloses one connected region of a mask, in whole pixels. */
export interface EnclosingBox extends BoxSize {
  x: number;
  y: number;
}

/**
 * Enclosing boxes of the connected regions (four neighbours) of a mask, so that masks have box statistics too.
 *
 * @param mask one byte a pixel, row-major, 0 outside
 */
export function enclosingBoxes(mask: Uint8Array, columns: number): EnclosingBox[] {
  const seen = new Uint8Array(mask.length);
  const boxes: EnclosingBox[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] && !seen[start]) boxes.push(encloseRegion(mask, seen, start, columns));
  }
  return boxes;
}

function encloseRegion(mask: Uint8Array, seen: Uint8Array, start: number, columns: number): EnclosingBox {
  const waiting = [start];
  seen[start] = 1;
  let [left, right, top, bottom] = [columns, -1, Infinity, -1];
  for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
    const [x, y] = [pixel % columns, Math.floor(pixel / columns)];
    [left, right, top, bottom] = [
      Math.min(left, x),
      Math.max(right, x),
      Math.min(top, y),
      Math.max(bottom, y),
    ];
    const neighbours = [pixel - columns, pixel + columns];
    if (x > 0) neighbours.push(pixel - 1);
    if (x < columns - 1) neighbours.push(pixel + 1);
    for (const next of neighbours) {
      if (!mask[next] || seen[next]) continue;
      seen[next] = 1;
      waiting.push(next);
    }
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
