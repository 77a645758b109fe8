/**
 * Collimation: parts of an image plane that no X-ray reached, or that the device covered. They are no image, and their
 * many equal pixels would shift the rank of every other one.
 */

/** What a header says is covered (Display Shutter, PS3.3 C.7.6.11; X-Ray Collimator, C.8.7.3); pixels counted from 1. */
export type Shutter =
  | { shape: 'rectangular'; left: number; right: number; upper: number; lower: number }
  | { shape: 'circular'; row: number; column: number; radius: number }
  | { shape: 'polygonal'; vertices: readonly (readonly [row: number, column: number])[] };

/** Widest share of the image that a shutter may cover; others are in coordinates of another plane, or wrong. */
const MOST_COVERED = 0.75;
/** Narrowest border that counts, as a share of the side: a pixel or two change no rank. */
const NARROWEST_BORDER = 0.02;
/** Widest border, as a share of the side: what is wider is no frame around an image. */
const WIDEST_BORDER = 0.45;
/** Share of black pixels in a line of a border; a marker or a caption may lie in it. */
const BLACK_SHARE = 0.97;
/** A collimator's edge is sharp and straight: within this share of the side the line after it is image. */
const EDGE_WIDTH = 0.01;
const IMAGE_SHARE = 0.5;
/** Levels above the darkest that are still black, as a share of the grey range: lossy compression leaves noise. */
const BLACK_RANGE = 0.02;

interface Plane {
  rows: number;
  columns: number;
}

/**
 * Where an image plane is image: neither padding, nor outside a shutter, nor in a black border.
 *
 * @param dense rows × columns, bright = dense
 * @param valid 1 image, 0 padding; absent: no padding
 * @param shutters what the header declares
 * @returns 1 image, 0 not; `valid` itself (or undefined) where nothing is collimated
 */
export function uncollimatedArea(
  dense: Float32Array,
  valid: Uint8Array | undefined,
  { rows, columns }: Plane,
  shutters: readonly Shutter[],
): Uint8Array | undefined {
  let area = valid;
  for (const shutter of shutters) area = openArea(shutter, { rows, columns }, area);
  return withoutBorders(dense, area, { rows, columns });
}

/** The area without what a shutter covers; unchanged where the shutter can't be meant for this plane. */
function openArea(
  shutter: Shutter,
  { rows, columns }: Plane,
  area: Uint8Array | undefined,
): Uint8Array | undefined {
  const isOpen = openTest(shutter);
  const result = new Uint8Array(rows * columns);
  let open = 0;
  for (let row = 1, i = 0; row <= rows; row++) {
    for (let column = 1; column <= columns; column++, i++) {
      if (!isOpen(row, column)) continue;
      open++;
      result[i] = area ? area[i] : 1;
    }
  }
  const covered = 1 - open / (rows * columns);
  return covered === 0 || covered > MOST_COVERED ? area : result;
}

function openTest(shutter: Shutter): (row: number, column: number) => boolean {
  switch (shutter.shape) {
    case 'rectangular': {
      const { left, right, upper, lower } = shutter;
      return (row, column) => column >= left && column <= right && row >= upper && row <= lower;
    }
    case 'circular': {
      const { row: y, column: x, radius } = shutter;
      return (row, column) => (row - y) ** 2 + (column - x) ** 2 <= radius ** 2;
    }
    case 'polygonal':
      return (row, column) => isInside(shutter.vertices, row, column);
  }
}

/** Even–odd rule. */
function isInside(
  vertices: readonly (readonly [row: number, column: number])[],
  row: number,
  column: number,
): boolean {
  let inside = false;
  vertices.forEach(([y1, x1], i) => {
    const [y2, x2] = vertices[(i + 1) % vertices.length];
    const crosses = y1 > row !== y2 > row;
    if (crosses && column < x1 + ((row - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  });
  return inside;
}

/** Takes out wide borders that are black throughout and end in a straight, sharp edge. */
function withoutBorders(
  dense: Float32Array,
  area: Uint8Array | undefined,
  { rows, columns }: Plane,
): Uint8Array | undefined {
  const isBlack = blackTest(dense, area);
  if (!isBlack) return area;
  const share = (first: number, step: number, count: number): number => {
    let [black, image] = [0, 0];
    for (let k = 0, i = first; k < count; k++, i += step) {
      if (area && !area[i]) continue;
      image++;
      if (isBlack(i)) black++;
    }
    // A line without a valid pixel is outside already.
    return image === 0 ? 1 : black / image;
  };
  const rowShare = (row: number): number => share(row * columns, 1, columns);
  const top = borderWidth(rowShare, rows);
  const bottom = borderWidth(row => rowShare(rows - 1 - row), rows);
  const height = rows - top - bottom;
  const columnShare = (column: number): number => share(top * columns + column, columns, height);
  const left = borderWidth(columnShare, columns);
  const right = borderWidth(column => columnShare(columns - 1 - column), columns);
  const width = columns - left - right;
  const nothing = top + bottom + left + right === 0;
  if (nothing || height <= 0 || width <= 0 || height * width < (1 - MOST_COVERED) * rows * columns) return area;
  const result = new Uint8Array(rows * columns);
  for (let row = top; row < rows - bottom; row++) {
    for (let column = left; column < columns - right; column++) {
      const i = row * columns + column;
      result[i] = area ? area[i] : 1;
    }
  }
  return result;
}

/** Lines of one border, counted from the edge; 0 where there is none. */
function borderWidth(blackShare: (line: number) => number, lines: number): number {
  let width = 0;
  while (width < lines && blackShare(width) >= BLACK_SHARE) width++;
  if (width < NARROWEST_BORDER * lines || width > WIDEST_BORDER * lines) return 0;
  const sharpWithin = Math.min(lines - 1, width + Math.max(2, Math.round(EDGE_WIDTH * lines)));
  return blackShare(sharpWithin) <= IMAGE_SHARE ? width : 0;
}

function blackTest(dense: Float32Array, area: Uint8Array | undefined): ((i: number) => boolean) | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < dense.length; i++) {
    if ((area && !area[i]) || !Number.isFinite(dense[i])) continue;
    if (dense[i] < low) low = dense[i];
    if (dense[i] > high) high = dense[i];
  }
  if (!(high > low)) return undefined;
  const black = low + BLACK_RANGE * (high - low);
  return i => dense[i] <= black;
}
