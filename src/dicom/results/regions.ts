/** A connected part of a mask, with all that its outline encloses. */
export interface Region {
  /** Closed: column and row of each corner, the first one again at the end; 0, 0 is the outer corner of the first pixel. */
  outline: number[];
  /** Enclosed pixels, those of holes and islands too. */
  pixels: number;
  /** Mean of the map over them. */
  mean: number;
}

/** Those parts of a mask that are worth an outline, the largest first. */
interface MarkedRegions {
  regions: Region[];
  /** Smaller parts, which have none. */
  others: number;
}

/** More outlines than this hide a film. */
const mostRegions = 10;
/** Share of the mask's pixels that a part must enclose. */
const smallestShare = 0.01;
/** Corners of one outline; Graphic Data has room for 8191 (VR FL with a length of 16 bits, PS3.5 7.1.2). */
const mostCorners = 1000;

/**
 * Outlines of the connected parts of a mask. Pixels are connected by their sides. An outline runs along the sides of pixels;
 * one of very many corners is simplified by as little as brings it below {@link mostCorners}, its figures stay those of the
 * pixels.
 *
 * @param mask rows × columns, 1 in, 0 out
 * @param map of the same size
 */
export function markedRegions(mask: Uint8Array, map: Float32Array, columns: number): MarkedRegions {
  const rows = mask.length / columns;
  const seen = new Uint8Array(mask.length);
  const found: Region[] = [];
  let marked = 0;
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start]) continue;
    marked++;
    if (seen[start]) continue;
    const outline = traceOutline(mask, columns, rows, start % columns, Math.floor(start / columns));
    let [pixels, sum] = [0, 0];
    forEnclosed(outline, (row, from, to) => {
      pixels += to - from;
      for (let pixel = row * columns + from; pixel < row * columns + to; pixel++) {
        sum += map[pixel];
        seen[pixel] = 1;
      }
    });
    found.push({ outline, pixels, mean: sum / pixels });
  }
  const regions = found
    .filter(({ pixels }) => pixels >= smallestShare * marked)
    .sort((a, b) => b.pixels - a.pixels)
    .slice(0, mostRegions)
    .map(region => ({ ...region, outline: simplified(region.outline) }));
  return { regions, others: found.length - regions.length };
}

/** Directions along the sides of pixels: right, down, left, up. */
const steps = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/**
 * Walks around a part, its pixels on the right hand, from the upper left corner of its first pixel.
 *
 * @returns corners where the way turns, closed
 */
function traceOutline(
  mask: Uint8Array,
  columns: number,
  rows: number,
  startX: number,
  startY: number,
): number[] {
  const isIn = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < columns && y < rows && mask[y * columns + x] === 1;
  const outline = [startX, startY];
  let [x, y, heading] = [startX, startY, 0];
  do {
    x += steps[heading][0];
    y += steps[heading][1];
    // The two pixels ahead: behind a corner that only diagonal pixels share the part is another one, so right comes first.
    const [dx, dy] = steps[heading];
    const right = isIn(x + (dx - dy - 1) / 2, y + (dy + dx - 1) / 2);
    const left = isIn(x + (dx + dy - 1) / 2, y + (dy - dx - 1) / 2);
    const turn = !right ? 1 : left ? 3 : 0;
    heading = (heading + turn) % 4;
    if (turn !== 0) outline.push(x, y);
  } while (x !== startX || y !== startY || heading !== 0);
  return outline;
}

/** Calls back for each run of pixels inside an outline along pixel sides: row, first column, column behind the last. */
function forEnclosed(
  outline: readonly number[],
  visit: (row: number, from: number, to: number) => void,
): void {
  const crossings = new Map<number, number[]>();
  for (let i = 0; i + 3 < outline.length; i += 2) {
    const [x, from, nextX, to] = outline.slice(i, i + 4);
    if (x !== nextX) continue;
    for (let row = Math.min(from, to); row < Math.max(from, to); row++) {
      const columns = crossings.get(row);
      if (columns) columns.push(x);
      else crossings.set(row, [x]);
    }
  }
  for (const [row, columns] of crossings) {
    columns.sort((a, b) => a - b);
    for (let i = 0; i + 1 < columns.length; i += 2) visit(row, columns[i], columns[i + 1]);
  }
}

/** The outline, or one of fewer corners no farther from it than half a pixel, one, two, …: the first that has few enough. */
function simplified(outline: number[]): number[] {
  let result = outline;
  for (let tolerance = 0.5; result.length > 2 * mostCorners; tolerance *= 2)
    result = douglasPeucker(outline, tolerance);
  return result;
}

/** Leaves out corners that lie within the tolerance of the line between those that stay (Douglas and Peucker, 1973). */
function douglasPeucker(points: readonly number[], tolerance: number): number[] {
  const count = points.length / 2;
  const isKept = new Uint8Array(count);
  // A closed line has no ends: its first corner and the one farthest from it stay.
  const middle = farthest(points, 0, count - 1).index;
  for (const end of [0, middle, count - 1]) isKept[end] = 1;
  const open: [number, number][] = [
    [0, middle],
    [middle, count - 1],
  ];
  for (let span = open.pop(); span; span = open.pop()) {
    const [first, last] = span;
    if (last - first < 2) continue;
    const { index, distance } = farthest(points, first, last);
    if (distance <= tolerance) continue;
    isKept[index] = 1;
    open.push([first, index], [index, last]);
  }
  return points.filter((_, i) => isKept[i >> 1]);
}

/** The corner farthest from the line between two others, or from their place where they are one. */
function farthest(
  points: readonly number[],
  first: number,
  last: number,
): { index: number; distance: number } {
  const [x, y] = [points[2 * first], points[2 * first + 1]];
  const [dx, dy] = [points[2 * last] - x, points[2 * last + 1] - y];
  const length = Math.hypot(dx, dy);
  let best = { index: first + 1, distance: -1 };
  for (let i = first + 1; i < last; i++) {
    const [px, py] = [points[2 * i] - x, points[2 * i + 1] - y];
    const distance = length === 0 ? Math.hypot(px, py) : Math.abs(px * dy - py * dx) / length;
    if (distance > best.distance) best = { index: i, distance };
  }
  return best;
}
