import type * as tf from '@tensorflow/tfjs';
import { filterSize, flipFilter, transposed } from './geometry';
import type { Geometry } from './geometry';
import { runGrid, type Epilogue } from './grid';
import { floatView, kernelsOf, withScratch } from './module';
import type { WasmBackend } from './module';
import type { FilterKey } from './packed-filters';
import { suitsWinograd, winogradConvolve, type FilterLayout } from './winograd';
import { largeWinogradConvolve, largeWinogradFilterGradient, suitsLargeWinograd } from './winograd-large';

// Pointers below are byte offsets into the backend's memory: x [N,H,W,C], filter [KH,KW,C,OC], y and dy [N,OH,OW,OC].

/** Up to this many source channels the taps of a filter row are merged, see mergedRows. */
const MERGED_CHANNELS = 4;
/** Up to this many destination channels the product is scattered, see scatter. */
const SCATTERED_CHANNELS = 4;
/** Bytes of products that scatter makes at a time, so that they stay in the second-level cache. */
const SCATTER_BYTES = 262144;
/** Output pixels per block of the filter gradient: an output-gradient panel of them fills half the L1 cache. */
const FILTER_BLOCK_PIXELS = 448;

/** The data of a filter whose packed form may be kept. */
interface KeptFilter {
  filterData?: tf.DataId;
}

/** The same, and what is done to the sums. */
export interface ConvolveOptions extends KeptFilter {
  epilogue?: Epilogue;
  /** Rounding errors of 5e-7 at most, not of 3e-6 (over the largest value), for somewhat more time. */
  precise?: boolean;
}

/** y = max(x * filter + bias, floor). */
export function convolve(
  backend: WasmBackend,
  g: Geometry,
  x: number,
  filter: number,
  y: number,
  options: ConvolveOptions = {},
): void {
  const hasTaps = g.filterHeight * g.filterWidth > 1;
  if (g.inChannels <= MERGED_CHANNELS && hasTaps) mergedRows(backend, g, x, filter, y, options);
  else if (g.outChannels < SCATTERED_CHANNELS && hasTaps && unitStride(g)) {
    withFlipped(backend, g, filter, flipped => scatter(backend, transposed(g), x, flipped, y));
    if (options.epilogue) applyEpilogue(backend, g, y, options.epilogue);
  } else if (coveredByWinograd(g, options)) {
    const tapStride = g.inChannels * g.outChannels * 4;
    const layout = { pointer: filter, tapStride, kStride: g.outChannels * 4, nStride: 4 };
    byWinograd(backend, g, x, layout, y, 'winograd', options);
  } else perTap(backend, g, x, filter, y, options);
}

/** What the grid products do as they store: scattered sums are whole only when all have been added. */
function applyEpilogue(backend: WasmBackend, g: Geometry, y: number, { bias, relu }: Epilogue): void {
  if (!bias && !relu) return;
  const channels = g.outChannels;
  withScratch(backend, [channels * 4, channels * 4], ([ones, zeros]) => {
    floatView(backend, ones, channels).fill(1);
    floatView(backend, zeros, channels).fill(0);
    const pixels = g.batch * g.outHeight * g.outWidth;
    kernelsOf(backend).batchNormForward(y, y, pixels, channels, ones, bias || zeros, relu ? 1 : 0);
  });
}

/** The same data may be seen as a filter of another shape, which is packed otherwise. */
function keyOf({ filterData }: KeptFilter, form: string, g: Geometry): FilterKey | undefined {
  const shape = [g.filterHeight, g.filterWidth, g.inChannels, g.outChannels];
  return filterData && { dataId: filterData, form: `${form} ${shape.join('×')}` };
}

/** dx, the gradient of {@link convolve} with respect to x. */
export function inputGradient(
  backend: WasmBackend,
  g: Geometry,
  dy: number,
  filter: number,
  dx: number,
  options: KeptFilter = {},
): void {
  const hasTaps = g.filterHeight * g.filterWidth > 1;
  if (g.inChannels < SCATTERED_CHANNELS && hasTaps) scatter(backend, g, dy, filter, dx);
  else if (g.outChannels <= MERGED_CHANNELS && hasTaps && unitStride(g)) {
    withFlipped(backend, g, filter, flipped => mergedRows(backend, transposed(g), dy, flipped, dx));
  } else if (unitStride(g) && coveredByWinograd(transposed(g), options)) {
    // The flipped filter: from the last tap back, input and output channels in each other's place.
    const tapBytes = g.inChannels * g.outChannels * 4;
    const layout = {
      pointer: filter + 8 * tapBytes,
      tapStride: -tapBytes,
      kStride: 4,
      nStride: g.outChannels * 4,
    };
    byWinograd(backend, transposed(g), dy, layout, dx, 'winograd back', options);
  } else perPhase(backend, g, dy, filter, dx, options);
}

/** dw [KH,KW,C,OC], the gradient of {@link convolve} with respect to the filter. */
export function filterGradient(backend: WasmBackend, g: Geometry, x: number, dy: number, dw: number): void {
  if (g.outChannels < SCATTERED_CHANNELS && g.inChannels > g.outChannels && unitStride(g)) {
    // Output channels fill panels of eight; with few of them input and output better change places.
    const swapped = transposed(g);
    withScratch(backend, [filterSize(g) * 4], ([flipped]) => {
      accumulateFilterGradient(backend, swapped, dy, x, flipped);
      const values = flipFilter(floatView(backend, flipped, filterSize(g)), swapped);
      floatView(backend, dw, values.length).set(values);
    });
  } else if (suitsLargeWinograd(g)) largeWinogradFilterGradient(backend, g, x, dy, dw);
  else accumulateFilterGradient(backend, g, x, dy, dw);
}

function coveredByWinograd(g: Geometry, { precise }: ConvolveOptions): boolean {
  return suitsWinograd(g) || (!precise && suitsLargeWinograd(g));
}

function byWinograd(
  backend: WasmBackend,
  g: Geometry,
  x: number,
  filter: FilterLayout,
  y: number,
  form: string,
  options: ConvolveOptions,
): void {
  if (options.precise || !suitsLargeWinograd(g)) {
    winogradConvolve(backend, g, x, filter, y, keyOf(options, form, g), options.epilogue);
  } else {
    largeWinogradConvolve(backend, g, x, filter, y, keyOf(options, `large ${form}`, g), options.epilogue);
  }
}

function unitStride(g: Geometry): boolean {
  return g.strideHeight === 1 && g.strideWidth === 1;
}

function withFlipped(
  backend: WasmBackend,
  g: Geometry,
  filter: number,
  use: (flipped: number) => void,
): void {
  withScratch(backend, [filterSize(g) * 4], ([flipped]) => {
    const values = flipFilter(floatView(backend, filter, filterSize(g)), g);
    floatView(backend, flipped, values.length).set(values);
    use(flipped);
  });
}

/** One product for every filter position. */
function perTap(
  backend: WasmBackend,
  g: Geometry,
  x: number,
  filter: number,
  y: number,
  options: ConvolveOptions,
): void {
  const tapBytes = g.inChannels * g.outChannels * 4;
  runGrid(backend, {
    source: { pointer: x, height: g.inHeight, width: g.inWidth, pixelBytes: g.inChannels * 4 },
    destination: { pointer: y, height: g.outHeight, width: g.outWidth },
    k: g.inChannels,
    n: g.outChannels,
    batch: g.batch,
    grid: { height: g.outHeight, width: g.outWidth },
    sourceStep: { y: g.strideHeight, x: g.strideWidth },
    step: { y: 1, x: 1 },
    offset: { y: 0, x: 0 },
    taps: Array.from({ length: g.filterHeight * g.filterWidth }, (_, i) => ({
      y: Math.floor(i / g.filterWidth) - g.padTop,
      x: (i % g.filterWidth) - g.padLeft,
      weights: i * tapBytes,
    })),
    weights: { pointer: filter, kStride: g.outChannels * 4, nStride: 4 },
    key: keyOf(options, 'taps', g),
    epilogue: options.epilogue,
  });
}

/**
 * One product for every filter row. With few channels a single tap is hardly any work; in NHWC the inputs of a whole
 * filter row are adjacent, once the image rows are copied with their padding.
 */
function mergedRows(
  backend: WasmBackend,
  g: Geometry,
  x: number,
  filter: number,
  y: number,
  options: ConvolveOptions = {},
): void {
  const width = (g.outWidth - 1) * g.strideWidth + g.filterWidth;
  const rows = g.batch * g.inHeight;
  const pixelBytes = g.inChannels * 4;
  const k = g.filterWidth * g.inChannels;
  withScratch(backend, [rows * width * pixelBytes], ([padded]) => {
    floatView(backend, padded, rows * width * g.inChannels).fill(0);
    kernelsOf(backend).copyBlocks(
      x,
      g.inWidth * pixelBytes,
      padded + g.padLeft * pixelBytes,
      width * pixelBytes,
      Math.min(g.inWidth, width - g.padLeft) * pixelBytes,
      rows,
    );
    runGrid(backend, {
      source: { pointer: padded, height: g.inHeight, width, pixelBytes },
      destination: { pointer: y, height: g.outHeight, width: g.outWidth },
      k,
      n: g.outChannels,
      batch: g.batch,
      grid: { height: g.outHeight, width: g.outWidth },
      sourceStep: { y: g.strideHeight, x: g.strideWidth },
      step: { y: 1, x: 1 },
      offset: { y: 0, x: 0 },
      taps: Array.from({ length: g.filterHeight }, (_, i) => ({
        y: i - g.padTop,
        x: 0,
        weights: i * k * g.outChannels * 4,
      })),
      weights: { pointer: filter, kStride: g.outChannels * 4, nStride: 4 },
      key: keyOf(options, 'rows', g),
      epilogue: options.epilogue,
    });
  });
}

/**
 * Input gradient for few input channels: one product makes the contributions of a pixel of dy to all taps, which are
 * then added where they belong.
 */
function scatter(backend: WasmBackend, g: Geometry, dy: number, filter: number, dx: number): void {
  const columns = g.filterHeight * g.filterWidth * g.inChannels;
  const n = Math.ceil(columns / 8) * 8;
  const k = g.outChannels;
  const rowBytes = g.outWidth * n * 4;
  const rows = Math.max(1, Math.min(g.outHeight, Math.floor(SCATTER_BYTES / rowBytes)));
  floatView(backend, dx, g.batch * g.inHeight * g.inWidth * g.inChannels).fill(0);
  withScratch(backend, [rows * rowBytes], ([products]) => {
    for (let image = 0; image < g.batch; image++) {
      for (let row = 0; row < g.outHeight; row += rows) {
        const height = Math.min(rows, g.outHeight - row);
        const grid = { height, width: g.outWidth };
        runGrid(backend, {
          source: {
            ...grid,
            pointer: dy + (image * g.outHeight + row) * g.outWidth * k * 4,
            pixelBytes: k * 4,
          },
          destination: { ...grid, pointer: products },
          k,
          n,
          batch: 1,
          grid,
          sourceStep: { y: 1, x: 1 },
          step: { y: 1, x: 1 },
          offset: { y: 0, x: 0 },
          taps: [{ y: 0, x: 0, weights: 0 }],
          weights: { pointer: filter, kStride: 4, nStride: k * 4, columns },
        });
        kernelsOf(backend).scatterTaps(
          products,
          n,
          height,
          g.outWidth,
          g.filterHeight,
          g.filterWidth,
          g.inChannels,
          dx + image * g.inHeight * g.inWidth * g.inChannels * 4,
          g.inHeight,
          g.inWidth,
          row * g.strideHeight - g.padTop,
          g.padLeft,
          g.strideHeight,
          g.strideWidth,
        );
      }
    }
  });
}

/** Input gradient, one product for every phase of the stride: the inputs that the same taps reach. */
function perPhase(
  backend: WasmBackend,
  g: Geometry,
  dy: number,
  filter: number,
  dx: number,
  options: KeptFilter,
): void {
  const rowPhases = phases(g.strideHeight, g.filterHeight, g.padTop, g.inHeight);
  const columnPhases = phases(g.strideWidth, g.filterWidth, g.padLeft, g.inWidth);
  // A stride beyond the filter size leaves inputs that no tap reaches.
  if ([...rowPhases, ...columnPhases].some(phase => phase.taps.length === 0)) {
    floatView(backend, dx, g.batch * g.inHeight * g.inWidth * g.inChannels).fill(0);
  }
  for (const row of rowPhases) {
    for (const column of columnPhases) {
      const taps = row.taps.flatMap(y =>
        column.taps.map(x => ({
          y: y.shift,
          x: x.shift,
          weights: (y.tap * g.filterWidth + x.tap) * g.inChannels * g.outChannels * 4,
        })),
      );
      if (taps.length === 0) continue;
      runGrid(backend, {
        source: { pointer: dy, height: g.outHeight, width: g.outWidth, pixelBytes: g.outChannels * 4 },
        destination: { pointer: dx, height: g.inHeight, width: g.inWidth },
        k: g.outChannels,
        n: g.inChannels,
        batch: g.batch,
        grid: { height: row.count, width: column.count },
        sourceStep: { y: 1, x: 1 },
        step: { y: g.strideHeight, x: g.strideWidth },
        offset: { y: row.offset, x: column.offset },
        taps,
        weights: { pointer: filter, kStride: 4, nStride: g.outChannels * 4 },
        key: keyOf(options, `back from ${row.offset} ${column.offset}`, g),
      });
    }
  }
}

/** Input positions offset, offset + stride, … and the filter taps that reach them, each with its shift in dy. */
interface Phase {
  offset: number;
  count: number;
  taps: { tap: number; shift: number }[];
}

function phases(stride: number, filterLength: number, pad: number, inputLength: number): Phase[] {
  return Array.from({ length: Math.min(stride, inputLength) }, (_, offset) => ({
    offset,
    count: Math.ceil((inputLength - offset) / stride),
    taps: Array.from({ length: filterLength }, (_unused, tap) => ({
      tap,
      shift: (offset + pad - tap) / stride,
    })).filter(({ shift }) => Number.isInteger(shift)),
  }));
}

function accumulateFilterGradient(
  backend: WasmBackend,
  g: Geometry,
  x: number,
  dy: number,
  dw: number,
): void {
  const rows = Math.max(1, Math.min(g.outHeight, Math.floor(FILTER_BLOCK_PIXELS / g.outWidth)));
  const slots = g.strideHeight * Math.ceil(((rows - 1) * g.strideHeight + g.filterHeight) / g.strideHeight);
  const quads = Math.ceil((g.filterWidth * g.inChannels) / 4);
  const sizes = [quads * slots * g.outWidth * 16, Math.ceil(g.outChannels / 8) * rows * g.outWidth * 32, 128];
  withScratch(backend, sizes, ([packedX, packedDy, spill]) => {
    floatView(backend, dw, filterSize(g)).fill(0);
    kernelsOf(backend).filterGradient(
      x,
      g.inHeight,
      g.inWidth,
      g.inChannels,
      dy,
      g.outHeight,
      g.outWidth,
      g.outChannels,
      dw,
      g.filterHeight,
      g.filterWidth,
      g.strideHeight,
      g.strideWidth,
      g.padTop,
      g.padLeft,
      g.batch,
      rows,
      packedX,
      packedDy,
      spill,
    );
  });
}
