import type { KernelReport } from '../../../backends/browser-choice';
import type { TransformRange } from '../../../explain';
import type { ModelCard } from '../../../models/card';

/** What a helper needs to compute as the worker that called it does. */
export interface HelperStart {
  baseUrl: string;
  /** Card of the loaded model: a helper takes the files that it names, by their hashes, and no others. */
  card: ModelCard;
  /** Kernels that the calling worker uses: others would round otherwise. */
  kernels: KernelReport['kernels'];
}

/** What an averaged map is of; the ranges of the transforms are the card's. */
export interface Averaging {
  methodId: string;
  /** Generator that the method uses; undefined where it needs none. */
  generator?: string;
  /** Name of the explained label, of independent ones. */
  label?: string;
  augment: { count: number; seed: number };
}

/** One part of an averaged map. */
export interface SumRequest extends Averaging {
  range: TransformRange;
  /** Networks' input, size × size in [0, 1]. */
  input: Float32Array;
}

/** What a worker does as a helper of the one that explains: it makes parts of averaged maps. */
export interface HelperCalls {
  join: { request: HelperStart; reply: void };
  sum: {
    request: SumRequest;
    /** Sums over the transforms (`sumOverTransforms`), and the bytes of the helper's wasm heap. */
    reply: { sum: Float32Array; heapBytes: number };
  };
}
