import type { Geometry } from './geometry';
import { fillBias, floorOf, type Epilogue } from './grid';
import { kernelsOf, withScratch } from './module';
import type { WasmBackend } from './module';
import { withPackedFilter, type FilterKey } from './packed-filters';
import type { FilterLayout } from './winograd';

/** Transformed values of a tile of 4×4 outputs. */
const POINTS = 36;
/** Must agree with `assembly/winograd.ts`. */
const GAP_BYTES = 64;
/** Bytes of transformed tiles that a block of the forward pass should fill (the second-level cache has some more). */
const BLOCK_BYTES = 786432;
/** Tiles per block of the filter gradient: the inner dimension of its products. */
const GRADIENT_TILES = 64;
/** Fewer channels or tiles do not repay the transforms. */
const MIN_CHANNELS = 16;
/** With fewer tiles most of the time would go by with reading the transformed filters, 4 times as large as they are. */
const MIN_TILES = 16;
/** Outputs that a tile must bring on average; it can hold 16, and the plain sum takes 9 products for each. */
const MIN_OUTPUTS = 6;

/** Whether the kernels of `assembly/winograd-large.ts` cover this convolution, in the given direction. */
export function suitsLargeWinograd(g: Geometry): boolean {
  const tiles = tileCount(g);
  return (
    g.filterHeight === 3 &&
    g.filterWidth === 3 &&
    g.strideHeight === 1 &&
    g.strideWidth === 1 &&
    g.inChannels % 4 === 0 &&
    g.outChannels % 8 === 0 &&
    Math.min(g.inChannels, g.outChannels) >= MIN_CHANNELS &&
    tiles >= MIN_TILES &&
    g.batch * g.outHeight * g.outWidth >= MIN_OUTPUTS * tiles
  );
}

/** y [N,OH,OW,OC] = x [N,H,W,C] * filter, with `epilogue`. The transformed filter is kept under `key` if it is
 * used for several blocks of tiles; for a single one it is transformed in passing, which takes less time than reading it. */
export function largeWinogradConvolve(
  backend: WasmBackend,
  g: Geometry,
  x: number,
  filter: FilterLayout,
  y: number,
  key?: FilterKey,
  epilogue?: Epilogue,
): void {
  const { inChannels: k, outChannels: n } = g;
  const fitting = Math.floor(BLOCK_BYTES / (POINTS * 4 * k) / 4) * 4;
  const blockTiles = Math.min(Math.max(16, fitting), Math.ceil(tileCount(g) / 4) * 4);
  const sizes = [pointBytes(blockTiles * k), pointBytes(blockTiles * 8), stageBytes(k), n * 4];
  const { pointer, tapStride, kStride, nStride } = filter;
  withScratch(backend, sizes, ([points, products, stage, bias]) => {
    const kernels = kernelsOf(backend);
    fillBias(backend, bias, n, n, epilogue);
    const run = (packed: number, panel: number): void =>
      kernels.largeWinogradForward(
        x,
        g.inHeight,
        g.inWidth,
        k,
        packed,
        pointer,
        tapStride,
        kStride,
        nStride,
        panel,
        y,
        g.outHeight,
        g.outWidth,
        n,
        g.batch,
        g.padTop,
        g.padLeft,
        blockTiles,
        points,
        products,
        stage,
        bias,
        floorOf(epilogue),
      );
    const pack = (packed: number): void =>
      kernels.largeWinogradFilter(pointer, packed, k, n, tapStride, kStride, nStride, stage);
    if (tileCount(g) <= blockTiles) withScratch(backend, [pointBytes(8 * k)], ([panel]) => run(0, panel));
    else withPackedFilter(backend, key, (n / 8) * pointBytes(8 * k), pack, packed => run(packed, 0));
  });
}

/** dw [3,3,C,OC] from x [N,H,W,C] and dy [N,OH,OW,OC]. */
export function largeWinogradFilterGradient(
  backend: WasmBackend,
  g: Geometry,
  x: number,
  dy: number,
  dw: number,
): void {
  const { inChannels, outChannels } = g;
  const tiles = tileCount(g);
  const blockTiles = Math.min(GRADIENT_TILES, tiles);
  const sums = tiles > blockTiles ? POINTS * inChannels * outChannels : POINTS * 32;
  const sizes = [
    pointBytes(blockTiles * inChannels),
    pointBytes(blockTiles * outChannels),
    sums * 4,
    stageBytes(inChannels),
  ];
  withScratch(backend, sizes, ([points, gradients, sumPointer, stage]) => {
    kernelsOf(backend).largeWinogradFilterGradient(
      x,
      g.inHeight,
      g.inWidth,
      inChannels,
      dy,
      g.outHeight,
      g.outWidth,
      outChannels,
      dw,
      g.batch,
      g.padTop,
      g.padLeft,
      blockTiles,
      points,
      gradients,
      sumPointer,
      stage,
    );
  });
}

/** Bytes of so many values for each point, with the gaps between points. */
function pointBytes(values: number): number {
  return POINTS * (values * 4 + GAP_BYTES);
}

/** Bytes that the transforms of a tile of so many channels work in. */
function stageBytes(channels: number): number {
  return POINTS * channels * 4 + 54 * 16;
}

function tileCount(g: Geometry): number {
  return g.batch * Math.ceil(g.outHeight / 4) * Math.ceil(g.outWidth / 4);
}
