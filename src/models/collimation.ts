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
/** Narrowest border that counts, as a share of the side and in pixels: what is narrower changes nothing. */
const NARROWEST_BORDER = 0.005;
const FEWEST_LINES = 2;
/** The same of a corner's sides. */
const NARROWEST_CORNER = 0.02;
const FEWEST_CORNER_LINES = 3;
/** Least that borders leave of a side, and of the plane; what leaves less is no frame around an image. */
const LEAST_SIDE = 0.25;
const LEAST_AREA = 0.1;
/** Share of a border's line at the border's grey level. */
const CLEAN_SHARE = 0.97;
/** Share at its level of a line that crosses a marker or a caption; clean lines must follow within so much of the side. */
const MARKED_SHARE = 0.6;
const MARKER_SIDE = 0.15;
/** Grey levels around a border's own that still belong to it, as a share of the range: lossy compression leaves noise. */
const BORDER_RANGE = 0.02;
/** A border is flat: its inner lines have the level of its outermost but for this share of its grey range. */
const FLATNESS = 0.4;
/** A corner ends in a step: so many times its grey range within this share of the side, in this share of its lines. */
const STEP = 3;
const STEP_WIDTH = 0.01;
const STEP_LINES = 0.5;
/** A collimator's edge is straight: deviation in shares of the side, and share of its lines within it. */
const EDGE_DEVIATION = 0.006;
const EDGE_LINES = 0.9;

interface Plane {
  rows: number;
  columns: number;
}

/** A rectangle of whole pixels. */
export interface PixelRectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The part of an image plane that X-rays reached. */
export interface ExposedField {
  /** Smallest rectangle around it; the whole plane where nothing is covered. */
  crop: PixelRectangle;
  /** rows × columns: 1 image, 0 not. Absent: everything is image. */
  area?: Uint8Array;
  /** Share of the image that a shutter would cover which was left aside for that; the largest. Absent: none was. */
  leftAside?: number;
}

/**
 * Finds where an image plane is image: neither padding, nor outside a shutter, nor in a border of one grey level, dark or
 * bright. Of borders, whole lines are taken off first; then corners that a straight edge cuts off (an oblique or polygonal
 * collimator), or that an ellipse does (a round one). A border may hold markers.
 *
 * A film put into any frame of one grey level has the field that it has without: whole lines of one level are taken off
 * whether or not a collimator made them, so they never hold anatomy.
 *
 * @param dense rows × columns, bright = dense
 * @param valid 1 image, 0 padding; absent: no padding
 * @param shutters what the header declares
 */
export function exposedField(
  dense: Float32Array,
  valid: Uint8Array | undefined,
  plane: Plane,
  shutters: readonly Shutter[] = [],
): ExposedField {
  const whole: PixelRectangle = { x: 0, y: 0, width: plane.columns, height: plane.rows };
  let open = valid;
  let most = 0;
  for (const shutter of shutters) {
    const { area, covered } = openArea(shutter, plane, open);
    open = area;
    most = Math.max(most, covered);
  }
  const aside = most > MOST_COVERED ? { leftAside: most } : {};
  const image = new FramedImage(dense, open, plane, open ? boundsOf(open, plane) : whole);
  const crop = image.withoutBorders();
  const masked = image.withoutCorners(crop);
  const isWhole = crop.width === plane.columns && crop.height === plane.rows;
  if (masked) return { crop, area: masked, ...aside };
  return { crop, ...aside, ...(isWhole ? open && { area: open } : { area: rectangleArea(crop, plane, open) }) };
}

/** The area without what a shutter covers; unchanged where the shutter can't be meant for this plane. */
function openArea(
  shutter: Shutter,
  { rows, columns }: Plane,
  area: Uint8Array | undefined,
): { area: Uint8Array | undefined; covered: number } {
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
  return { area: covered === 0 || covered > MOST_COVERED ? area : result, covered };
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

type Side = 'top' | 'bottom' | 'left' | 'right';
const SIDES: readonly Side[] = ['top', 'bottom', 'left', 'right'];

function leastBorder(side: number): number {
  return Math.max(FEWEST_LINES, NARROWEST_BORDER * side);
}

function leastCorner(side: number): number {
  return Math.max(FEWEST_CORNER_LINES, NARROWEST_CORNER * side);
}

/** Smallest rectangle around what is not 0; of no pixel at all, the whole plane. */
function boundsOf(area: Uint8Array, { rows, columns }: Plane): PixelRectangle {
  let [left, right, top, bottom] = [columns, -1, rows, -1];
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      if (!area[i]) continue;
      if (column < left) left = column;
      if (column > right) right = column;
      if (row < top) top = row;
      bottom = row;
    }
  }
  return right < 0
    ? { x: 0, y: 0, width: columns, height: rows }
    : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

function rectangleArea(
  { x, y, width, height }: PixelRectangle,
  { rows, columns }: Plane,
  open: Uint8Array | undefined,
): Uint8Array {
  const area = new Uint8Array(rows * columns);
  for (let row = y; row < y + height; row++) {
    const start = row * columns + x;
    if (open) area.set(open.subarray(start, start + width), start);
    else area.fill(1, start, start + width);
  }
  return area;
}

/** Looks for borders of one grey level around an image. */
class FramedImage {
  private last?: { window: PixelRectangle; tolerance: number | undefined };

  constructor(
    private readonly dense: Float32Array,
    private readonly open: Uint8Array | undefined,
    private readonly plane: Plane,
    private readonly window: PixelRectangle,
  ) {}

  /** The window without the lines that are border, frame within frame. */
  withoutBorders(): PixelRectangle {
    const { rows, columns } = this.plane;
    let window = this.window;
    for (;;) {
      const tolerance = this.toleranceIn(window);
      if (tolerance === undefined) return this.window;
      let next = window;
      for (const side of SIDES) next = trimmed(next, side, this.borderWidth(next, side, tolerance));
      if (next.width < LEAST_SIDE * columns || next.height < LEAST_SIDE * rows) return window;
      if (next.width * next.height < LEAST_AREA * rows * columns) return window;
      if (next.width === window.width && next.height === window.height) return window;
      window = next;
    }
  }

  /** Half the width of a border's grey range; undefined where all is one level. That of the last window is kept: it is asked for again. */
  private toleranceIn(window: PixelRectangle): number | undefined {
    if (this.last?.window !== window) this.last = { window, tolerance: this.toleranceOf(window) };
    return this.last.tolerance;
  }

  private toleranceOf({ x, y, width, height }: PixelRectangle): number | undefined {
    const { dense, open } = this;
    let [low, high] = [Infinity, -Infinity];
    for (let row = y; row < y + height; row++) {
      const start = row * this.plane.columns + x;
      for (let i = start; i < start + width; i++) {
        if (open && !open[i]) continue;
        const value = dense[i];
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    return high > low ? BORDER_RANGE * (high - low) : undefined;
  }

  /** Lines of the border at one side of a window; 0 where there is none. */
  private borderWidth(window: PixelRectangle, side: Side, tolerance: number): number {
    const isRow = side === 'top' || side === 'bottom';
    const lines = isRow ? window.height : window.width;
    const least = leastBorder(isRow ? this.plane.rows : this.plane.columns);
    const level = this.medianOfLine(window, side, 0);
    if (level === undefined) return 0;
    let width = 0;
    for (let line = 0; line < lines; line++) {
      const share = this.shareOfLine(window, side, line, level, tolerance);
      if (share >= CLEAN_SHARE) width = line + 1;
      else if (share < MARKED_SHARE || line - width > MARKER_SIDE * lines) break;
    }
    if (width < least || width >= lines) return 0;
    const inner = this.medianOfLine(window, side, Math.floor(0.75 * width));
    // A gradient is image.
    return inner === undefined || Math.abs(inner - level) <= FLATNESS * tolerance ? width : 0;
  }

  private medianOfLine(window: PixelRectangle, side: Side, line: number): number | undefined {
    const values = new Float32Array(Math.max(window.width, window.height));
    let count = 0;
    this.eachOfLine(window, side, line, i => (values[count++] = this.dense[i]));
    return count === 0 ? undefined : values.subarray(0, count).sort()[count >> 1];
  }

  /** Share of a line's pixels at a grey level; a line without a valid pixel is border. */
  private shareOfLine(
    window: PixelRectangle,
    side: Side,
    line: number,
    level: number,
    tolerance: number,
  ): number {
    let [at, count] = [0, 0];
    this.eachOfLine(window, side, line, i => {
      count++;
      if (Math.abs(this.dense[i] - level) <= tolerance) at++;
    });
    return count === 0 ? 1 : at / count;
  }

  private eachOfLine(
    { x, y, width, height }: PixelRectangle,
    side: Side,
    line: number,
    visit: (i: number) => void,
  ): void {
    const { columns } = this.plane;
    const isRow = side === 'top' || side === 'bottom';
    const row = side === 'bottom' ? y + height - 1 - line : isRow ? y + line : y;
    const column = side === 'right' ? x + width - 1 - line : isRow ? x : x + line;
    const step = isRow ? 1 : columns;
    const count = isRow ? width : height;
    for (let k = 0, i = row * columns + column; k < count; k++, i += step) {
      if (!this.open || this.open[i]) visit(i);
    }
  }

  /** The area within a window without the corners that straight edges or an ellipse cut off; undefined where none is. */
  withoutCorners(window: PixelRectangle): Uint8Array | undefined {
    const tolerance = this.toleranceIn(window);
    if (tolerance === undefined) return undefined;
    const cuts = [false, true].flatMap(below =>
      [false, true].flatMap(beyond => {
        const [byColumn, byRow] = [false, true].map(across =>
          this.cornerOf(window, { below, beyond, across }, tolerance),
        );
        // Along the longer side, where a straight edge is least steep.
        const corner = byColumn.depths.length >= byRow.depths.length ? byColumn : byRow;
        const straight = straightCut(corner);
        if (straight) return [{ corner, depths: straight }];
        const elliptic = ellipticCut(byColumn);
        return elliptic ? [{ corner: byColumn, depths: elliptic }] : [];
      }),
    );
    if (cuts.length === 0) return undefined;
    const area = rectangleArea(window, this.plane, this.open);
    for (const { depths, corner } of cuts) {
      depths.forEach((depth, k) => {
        for (let d = 0; d < depth; d++) area[corner.start + k * corner.along + d * corner.inward] = 0;
      });
    }
    return area;
  }

  /** How deep the grey level of a corner reaches into the window, line by line from the corner. */
  private cornerOf(
    { x, y, width, height }: PixelRectangle,
    { below, beyond, across }: { below: boolean; beyond: boolean; across: boolean },
    tolerance: number,
  ): Corner {
    const { columns } = this.plane;
    const start = (below ? y + height - 1 : y) * columns + (beyond ? x + width - 1 : x);
    const [down, right] = [below ? -columns : columns, beyond ? -1 : 1];
    const [along, inward] = across ? [down, right] : [right, down];
    const [length, room] = across ? [height, width] : [width, height];
    const level = this.dense[start];
    const beyondEdge = Math.max(2, Math.round(STEP_WIDTH * room));
    const depths: number[] = [];
    let steps = 0;
    for (let k = 0; k < length; k++) {
      let i = start + k * along;
      let depth = 0;
      for (; depth < room; depth++, i += inward) {
        if (!(Math.abs(this.dense[i] - level) <= tolerance)) break;
      }
      if (depth === 0) break;
      depths.push(depth);
      const next = this.dense[i + Math.min(beyondEdge, room - 1 - depth) * inward];
      if (Math.abs(next - level) > STEP * tolerance) steps++;
    }
    return { start, along, inward, length, room, depths, steps };
  }
}

interface Corner {
  /** Index of its pixel, and what leads from it to the next line and into the window. */
  start: number;
  along: number;
  inward: number;
  /** Of the window: lines, and pixels of each. */
  length: number;
  room: number;
  /** Pixels of the corner's level, line by line from the corner to the first that begins with another. */
  depths: readonly number[];
  /** How many of them end in a step. */
  steps: number;
}

/** Depths under the straight edge that cuts a corner off; undefined where the edge is not straight. */
function straightCut(corner: Corner): number[] | undefined {
  const { depths } = corner;
  const length = depths.length;
  // The line through the middle of the first depth.
  const depth = ((depths[0] ?? 0) * length) / (length - 0.5);
  return fits(corner, depths.map((_, k) => depth * (1 - (k + 0.5) / length)));
}

/** Depths outside the ellipse inscribed in the window. */
function ellipticCut(corner: Corner): number[] | undefined {
  const [a, b] = [corner.length / 2, corner.room / 2];
  const cut = Array.from({ length: Math.floor(a) }, (_, k) => b * (1 - Math.sqrt(1 - ((a - k - 0.5) / a) ** 2)));
  return fits(corner, cut);
}

/** The depths found, where nine lines in ten are as expected; undefined otherwise, or where they are next to nothing. */
function fits({ depths, steps, length, room }: Corner, expected: readonly number[]): number[] | undefined {
  if (expected.length < leastCorner(length) || !(expected[0] >= leastCorner(room))) return undefined;
  if (expected.length >= length || expected[0] >= room || steps < STEP_LINES * depths.length) return undefined;
  // An edge that is steep needs as much room sideways as a flat one needs in depth.
  const slope = Math.max(1, (2 * expected[0]) / expected.length);
  const deviation = Math.max(1.5, EDGE_DEVIATION * Math.max(length, room)) * Math.min(slope, 4);
  const isNear = expected.map((depth, k) => Math.abs((depths[k] ?? 0) - depth) <= deviation);
  if (isNear.filter(Boolean).length < EDGE_LINES * expected.length) return undefined;
  // No further than the corner's level reaches without a gap: nothing else is cut.
  return expected.map((depth, k) => (isNear[k] ? (depths[k] ?? 0) : Math.min(depths[k] ?? 0, Math.floor(depth))));
}

function trimmed({ x, y, width, height }: PixelRectangle, side: Side, by: number): PixelRectangle {
  switch (side) {
    case 'top':
      return { x, y: y + by, width, height: height - by };
    case 'bottom':
      return { x, y, width, height: height - by };
    case 'left':
      return { x: x + by, y, width: width - by, height };
    case 'right':
      return { x, y, width: width - by, height };
  }
}
