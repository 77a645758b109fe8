import { floatView, intView, kernelsOf, withScratch } from './module';
import type { WasmBackend } from './module';

/** Bounds of the module's pointer tables; must agree with `assembly/convolution.ts`. */
const MAX_TILES = 128;
const PIXEL_BYTES = 16;

/** A product of pixels and weights over a grid of output pixels, see `convolveGrid` in `assembly/convolution.ts`. */
export interface GridProduct {
  source: { pointer: number; height: number; width: number; pixelBytes: number };
  destination: { pointer: number; height: number; width: number };
  /** Inner dimension of one tap. */
  k: number;
  /** Channels of the destination. */
  n: number;
  batch: number;
  grid: { height: number; width: number };
  /** Steps in the source from one grid pixel to the next. */
  sourceStep: { y: number; x: number };
  /** Steps in the destination from one grid pixel to the next, and where the grid starts. */
  step: { y: number; x: number };
  offset: { y: number; x: number };
  /** Shift of each tap in the source, and the byte offset of its weights. */
  taps: { y: number; x: number; weights: number }[];
  /** Weights of a tap: element (k, n) lies kStride · k + nStride · n bytes on; `columns` of n are there, the rest is 0. */
  weights: { pointer: number; kStride: number; nStride: number; columns?: number };
}

/** Packs the weights and runs the product. */
export function runGrid(backend: WasmBackend, product: GridProduct): void {
  const { source, destination, k, n, taps, weights, grid, sourceStep, step, offset } = product;
  const sizes = [
    taps.length * 8,
    taps.length * 4,
    Math.ceil(n / 8) * taps.length * k * 32,
    k * 4,
    MAX_TILES * (4 * PIXEL_BYTES + 16 * taps.length) + 128,
  ];
  withScratch(backend, sizes, ([shifts, offsets, packed, zeros, scratch]) => {
    intView(backend, shifts, taps.length * 2).set(taps.flatMap(({ y, x }) => [y, x]));
    intView(backend, offsets, taps.length).set(taps.map(tap => tap.weights));
    floatView(backend, zeros, k).fill(0);
    const kernels = kernelsOf(backend);
    const columns = weights.columns ?? n;
    kernels.packTaps(
      weights.pointer,
      packed,
      offsets,
      taps.length,
      k,
      columns,
      weights.kStride,
      weights.nStride,
    );
    kernels.convolveGrid(
      source.pointer,
      source.height,
      source.width,
      source.pixelBytes,
      k,
      destination.pointer,
      destination.height,
      destination.width,
      n,
      product.batch,
      grid.height,
      grid.width,
      sourceStep.y,
      sourceStep.x,
      step.y,
      step.x,
      offset.y,
      offset.x,
      shifts,
      taps.length,
      packed,
      zeros,
      scratch,
    );
  });
}
