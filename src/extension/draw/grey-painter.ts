import { paintGrey, sameDisplay, type GreyDisplay } from '../host/grey-levels';
import { inSlices, nextTurn } from '../slices';
import { canvasOf, type Layer } from './layers';

interface Size {
  rows: number;
  columns: number;
}

interface Kept {
  display: GreyDisplay;
  factor: number;
  layer: Layer;
}

interface Shrunk extends Size {
  factor: number;
  values: Float32Array;
}

/**
 * Paints images of the film's own size in slices, so that the page stays at hand while it does, and no finer than they are shown.
 * Each image's last painted layer is kept.
 */
export class GreyPainter {
  private readonly kept = new Map<Float32Array, Kept>();
  private readonly shrunk = new Map<Float32Array, Shrunk>();
  private readonly painting = new Set<Float32Array>();

  /**
   * @param onPainted told when a layer that was asked for is there
   * @param pause lets the page do other things between two slices
   */
  constructor(
    private readonly onPainted: () => void,
    private readonly pause: () => Promise<void> = nextTurn,
  ) {}

  /**
   * The layer of an image; until it is painted as asked for that of before, undefined where there is none. A window that changes
   * faster than it is painted is followed at the pace of the painting.
   *
   * @param factor image pixels along a side that one pixel of the layer stands for; whole
   */
  get(values: Float32Array, size: Size, display: GreyDisplay, factor: number): Layer | undefined {
    const kept = this.kept.get(values);
    const isDue = !kept || kept.factor !== factor || !sameDisplay(kept.display, display);
    if (isDue && !this.painting.has(values)) void this.paint(values, size, display, factor);
    return kept?.layer;
  }

  clear(): void {
    this.kept.clear();
    this.shrunk.clear();
    this.painting.clear();
  }

  private async paint(values: Float32Array, size: Size, display: GreyDisplay, factor: number): Promise<void> {
    this.painting.add(values);
    // Not for what was cleared meanwhile.
    const isWanted = (): boolean => this.painting.has(values);
    const shrunk = await this.shrink(values, size, factor, isWanted);
    const pixels = new Uint8ClampedArray(shrunk.values.length * 4);
    await this.inSlices(shrunk, isWanted, (from, to) =>
      pixels.set(
        paintGrey(shrunk.values.subarray(from * shrunk.columns, to * shrunk.columns), display),
        from * shrunk.columns * 4,
      ),
    );
    if (!isWanted()) return;
    this.painting.delete(values);
    const source = canvasOf(pixels, shrunk.columns, shrunk.rows);
    this.kept.set(values, { display, factor, layer: { source, toImage: [factor, 0, 0, factor, 0, 0] } });
    this.onPainted();
  }

  /** Means over squares of `factor` pixels; at the right and lower edge over what is left. */
  private async shrink(
    values: Float32Array,
    { rows, columns }: Size,
    factor: number,
    isWanted: () => boolean,
  ): Promise<Shrunk> {
    if (factor === 1) return { values, rows, columns, factor };
    const known = this.shrunk.get(values);
    if (known?.factor === factor) return known;
    const size = { rows: Math.ceil(rows / factor), columns: Math.ceil(columns / factor) };
    const made: Shrunk = { ...size, factor, values: new Float32Array(size.rows * size.columns) };
    await this.inSlices(size, isWanted, (from, to) => {
      for (let row = from; row < to; row++) meansOfRow(values, rows, columns, factor, row, made);
    });
    if (isWanted()) this.shrunk.set(values, made);
    return made;
  }

  private async inSlices(
    { rows, columns }: Size,
    isWanted: () => boolean,
    work: (from: number, to: number) => void,
  ): Promise<void> {
    const step = Math.max(1, Math.round(50_000 / columns));
    await inSlices(rows, step, work, { pause: this.pause, isWanted });
  }
}

function meansOfRow(
  values: Float32Array,
  rows: number,
  columns: number,
  factor: number,
  row: number,
  to: Shrunk,
): void {
  const last = Math.min(rows, (row + 1) * factor);
  for (let column = 0; column < to.columns; column++) {
    const end = Math.min(columns, (column + 1) * factor);
    let sum = 0;
    for (let y = row * factor; y < last; y++)
      for (let x = column * factor; x < end; x++) sum += values[y * columns + x];
    to.values[row * to.columns + column] = sum / ((last - row * factor) * (end - column * factor));
  }
}
