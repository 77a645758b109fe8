import { floatView, intView, kernelsOf, withScratch } from './module';
import type { WasmBackend } from './module';
import { withPackedFilter, type FilterKey } from './packed-filters';

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
  /** Under what the packed weights are kept; without it they are packed anew. */
  key?: FilterKey;
  /** What is added to every channel, and the least value of the result. Default: nothing and none. */
  epilogue?: Epilogue;
}

/** What a convolution does to its sums before they are stored. */
export interface Epilogue {
  /** Byte offset of n floats; 0: nothing is added. */
  bias: number;
  relu: boolean;
}

/** The least value of a result. */
export function floorOf(epilogue: Epilogue | undefined): number {
  return epilogue?.relu ? 0 : -Infinity;
}

/** Packs the weights, unless they are kept, and runs the product. */
export function runGrid(backend: WasmBackend, product: GridProduct): void {
  const { source, destination, k, n, taps, weights, grid, sourceStep, step, offset } = product;
  const panels = Math.ceil(n / 8);
  const sizes = [
    taps.length * 8,
    taps.length * 4,
    k * 4,
    panels * 32,
    MAX_TILES * (4 * PIXEL_BYTES + 16 * taps.length) + 128,
  ];
  withScratch(backend, sizes, ([shifts, offsets, zeros, bias, scratch]) => {
    intView(backend, shifts, taps.length * 2).set(taps.flatMap(({ y, x }) => [y, x]));
    floatView(backend, zeros, k).fill(0);
    fillBias(backend, bias, panels * 8, n, product.epilogue);
    const kernels = kernelsOf(backend);
    const pack = (packed: number): void => {
      intView(backend, offsets, taps.length).set(taps.map(tap => tap.weights));
      const { pointer, kStride, nStride, columns = n } = weights;
      kernels.packTaps(pointer, packed, offsets, taps.length, k, columns, kStride, nStride);
    };
    withPackedFilter(backend, product.key, panels * taps.length * k * 32, pack, packed => {
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
        bias,
        floorOf(product.epilogue),
        scratch,
      );
    });
  });
}

/** Writes the bias of `epilogue`, n floats, and zeros up to `length`. */
export function fillBias(
  backend: WasmBackend,
  pointer: number,
  length: number,
  n: number,
  epilogue: Epilogue | undefined,
): void {
  const values = floatView(backend, pointer, length).fill(0);
  if (epilogue?.bias) values.set(floatView(backend, epilogue.bias, n));
}
