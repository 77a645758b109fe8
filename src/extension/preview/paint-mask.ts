import type { CanvasMatrix } from '../draw/affine';

/** What lies under each dot of a screen of levels (`explanationLevels`); row by row. */
export interface SampledLevels {
  /** Level under the dot's middle; 0 beside the image. */
  levels: Uint8Array;
  /** Least level within the outline's reach, edges of the image repeated. */
  least: Uint8Array;
}

/** How a mask is drawn: colours as the bytes of RGBA, as a canvas has them. */
export interface MaskInk {
  fill: number;
  outline: number;
}

/**
 * Samples levels at the dots of a screen, nearest pixel, and the least of them in a square around each dot, which is what the
 * viewer's labelmap is drawn by (vtk.js, `vtkImageLabelOutlineOn`): a marked dot with one that is not in that square is outline.
 *
 * @param levels rows × columns, at how many stops of the slider a pixel is marked
 * @param dotsToImage dots (edges at integers) → image pixels (edges at integers)
 * @param size of the screen, dots
 * @param reach thickness of the outline, dots
 */
export function sampleLevels(
  levels: Uint8Array,
  { rows, columns }: { rows: number; columns: number },
  [a, b, c, d, e, f]: CanvasMatrix,
  { width, height }: { width: number; height: number },
  reach: number,
): SampledLevels {
  const [wide, high] = [width + 2 * reach, height + 2 * reach];
  const clamped = new Uint8Array(wide * high);
  const inside = new Uint8Array(width * height);
  for (let y = 0; y < high; y++) {
    const down = y - reach + 0.5;
    for (let x = 0; x < wide; x++) {
      const right = x - reach + 0.5;
      const column = Math.floor(a * right + c * down + e);
      const row = Math.floor(b * right + d * down + f);
      const level = levels[within(row, rows) * columns + within(column, columns)];
      clamped[y * wide + x] = level;
      const isSeen = x >= reach && y >= reach && x < wide - reach && y < high - reach;
      if (isSeen && row >= 0 && column >= 0 && row < rows && column < columns)
        inside[(y - reach) * width + x - reach] = level;
    }
  }
  return { levels: inside, least: leastAround(clamped, wide, high, reach) };
}

function within(value: number, count: number): number {
  return value < 0 ? 0 : value >= count ? count - 1 : value;
}

/** Least value in a square of 2·reach + 1, one direction after the other; what comes is smaller by `reach` on every side. */
function leastAround(values: Uint8Array, wide: number, high: number, reach: number): Uint8Array {
  const [width, height] = [wide - 2 * reach, high - 2 * reach];
  const rows = new Uint8Array(width * high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < width; x++) {
      let least = 255;
      for (let i = y * wide + x, end = i + 2 * reach; i <= end; i++) if (values[i] < least) least = values[i];
      rows[y * width + x] = least;
    }
  }
  const both = rows.slice(0, width * height);
  for (let below = 1; below <= 2 * reach; below++) {
    for (let i = 0, other = below * width; i < both.length; i++, other++)
      if (rows[other] < both[i]) both[i] = rows[other];
  }
  return both;
}

/**
 * Draws the mask of one stop of the slider.
 *
 * @param stop pixels whose level is above it are marked
 * @param dots taken over, one a dot
 */
export function paintMask(
  { levels, least }: SampledLevels,
  stop: number,
  { fill, outline }: MaskInk,
  dots: Uint32Array,
): void {
  for (let i = 0; i < dots.length; i++) dots[i] = levels[i] > stop ? (least[i] > stop ? fill : outline) : 0;
}
