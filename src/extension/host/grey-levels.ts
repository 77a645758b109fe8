import type { ColormapPreset, ViewportProperties } from './ohif-types';

/** How a viewport turns values into what is seen. */
export interface GreyDisplay {
  lower: number;
  upper: number;
  sigmoid: boolean;
  invert: boolean;
  /** Colour points [position, r, g, b, …] with components in [0, 1], evenly spread over the window; else plain grey. */
  colourPoints?: readonly number[];
}

/**
 * Reads the display settings of a viewport.
 *
 * @param fallback range for a viewport that does not state one (modality values)
 */
export function greyDisplay(
  properties: ViewportProperties | undefined,
  fallback: { lower: number; upper: number },
  findColormap: (name: string) => ColormapPreset | undefined,
): GreyDisplay {
  const { lower, upper } = properties?.voiRange ?? fallback;
  const name = properties?.colormap?.name;
  const colourPoints = name && !/^gr[ae]yscale$/i.test(name) ? findColormap(name)?.RGBPoints : undefined;
  return {
    lower,
    upper: upper > lower ? upper : lower + 1,
    sigmoid: properties?.VOILUTFunction?.toUpperCase().startsWith('SIGMOID') ?? false,
    invert: properties?.invert ?? false,
    colourPoints,
  };
}

/** Position of a value in the window, in [0, 1], before inversion (PS3.3 C.11.2.1.2, C.11.2.1.3). */
export function windowed(value: number, display: GreyDisplay): number {
  const { lower, upper, sigmoid } = display;
  const t = (value - lower) / (upper - lower);
  if (sigmoid) return 1 / (1 + Math.exp(-4 * (t - 0.5)));
  return Math.min(1, Math.max(0, t));
}

/** Same settings, so that what was painted can be kept. */
export function sameDisplay(a: GreyDisplay, b: GreyDisplay): boolean {
  return (
    a.lower === b.lower &&
    a.upper === b.upper &&
    a.sigmoid === b.sigmoid &&
    a.invert === b.invert &&
    samePoints(a.colourPoints, b.colourPoints)
  );
}

function samePoints(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  if (a === b) return true;
  return a?.length === b?.length && a !== undefined && a.every((value, i) => value === b?.[i]);
}

/** Paints values as RGBA, opaque, in the viewport's window, polarity and colours. */
export function paintGrey(values: Float32Array, display: GreyDisplay): Uint8ClampedArray<ArrayBuffer> {
  const table = colourTable(display);
  const pixels = new Uint8ClampedArray(values.length * 4);
  const words = new Uint32Array(pixels.buffer);
  const last = tableSize - 1;
  for (let i = 0; i < values.length; i++) {
    words[i] = table[Math.round(windowed(values[i], display) * last)];
  }
  return pixels;
}

const tableSize = 1024;

/** One 32-bit RGBA word a level: far quicker to write than four bytes a pixel. */
function colourTable(display: GreyDisplay): Uint32Array {
  const bytes = new Uint8ClampedArray(tableSize * 4);
  for (let i = 0; i < tableSize; i++) {
    const t = i / (tableSize - 1);
    const level = display.invert ? 1 - t : t;
    const [r, g, b] = display.colourPoints ? falseColour(level, display.colourPoints) : [level, level, level];
    bytes.set([255 * r, 255 * g, 255 * b, 255], i * 4);
  }
  return new Uint32Array(bytes.buffer);
}

/** Piecewise linear through [position, r, g, b] points; positions may span any range. */
function falseColour(level: number, points: readonly number[]): [number, number, number] {
  const count = Math.floor(points.length / 4);
  const first = points[0];
  const position = first + level * (points[(count - 1) * 4] - first);
  let k = 1;
  while (k < count - 1 && points[k * 4] < position) k++;
  const [low, high] = [(k - 1) * 4, k * 4];
  const span = points[high] - points[low];
  const t = span > 0 ? (position - points[low]) / span : 0;
  const mix = (c: number): number => points[low + c] + t * (points[high + c] - points[low + c]);
  return [mix(1), mix(2), mix(3)];
}
