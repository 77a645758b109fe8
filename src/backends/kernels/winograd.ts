import type { Geometry } from './geometry';
import { fillBias, floorOf, type Epilogue } from './grid';
import { kernelsOf, withScratch } from './module';
import type { WasmBackend } from './module';
import { withPackedFilter, type FilterKey } from './packed-filters';

/** Bytes of transformed tiles a block of the forward pass should fill (half the second-level cache). */
const BLOCK_BYTES = 409600;
/** Fewer channels or tiles do not repay the transforms. */
const MIN_CHANNELS = 16;
const MIN_TILES = 16;

/** Whether the kernels of `assembly/winograd.ts` cover this convolution, in the given direction. */
export function suitsWinograd(g: Geometry): boolean {
  return (
    g.filterHeight === 3 &&
    g.filterWidth === 3 &&
    g.strideHeight === 1 &&
    g.strideWidth === 1 &&
    g.inChannels % 4 === 0 &&
    g.outChannels % 8 === 0 &&
    Math.min(g.inChannels, g.outChannels) >= MIN_CHANNELS &&
    tileCount(g) >= MIN_TILES
  );
}

/** Where the weights of a filter lie, see `winogradFilter`: byte distances of taps, inner and output channels. */
export interface FilterLayout {
  pointer: number;
  tapStride: number;
  kStride: number;
  nStride: number;
}

/** y [N,OH,OW,OC] = x [N,H,W,C] * filter, with `epilogue`; the transformed filter is kept under `key`. */
export function winogradConvolve(
  backend: WasmBackend,
  g: Geometry,
  x: number,
  filter: FilterLayout,
  y: number,
  key?: FilterKey,
  epilogue?: Epilogue,
): void {
  const { inChannels: k, outChannels: n } = g;
  const fitting = Math.floor(BLOCK_BYTES / (64 * (k + n)) / 4) * 4;
  const blockTiles = Math.min(Math.max(32, fitting), Math.ceil(tileCount(g) / 4) * 4);
  const sizes = [16 * blockTiles * k * 4, 16 * blockTiles * n * 4, 16 * k * 4 + 48, n * 4];
  withScratch(backend, sizes, ([points, products, stage, bias]) => {
    const kernels = kernelsOf(backend);
    fillBias(backend, bias, n, n, epilogue);
    const pack = (packed: number): void => {
      const { pointer, tapStride, kStride, nStride } = filter;
      kernels.winogradFilter(pointer, packed, k, n, tapStride, kStride, nStride);
    };
    withPackedFilter(backend, key, 16 * k * n * 4, pack, packed => {
      kernels.winogradForward(
        x,
        g.inHeight,
        g.inWidth,
        k,
        packed,
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
    });
  });
}

function tileCount(g: Geometry): number {
  return g.batch * Math.ceil(g.outHeight / 2) * Math.ceil(g.outWidth / 2);
}
