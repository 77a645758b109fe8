import type * as tf from '@tensorflow/tfjs';
import { withScratch, type WasmBackend } from './module';

/** A filter whose packed form may be kept: its tensor's data, and the kernel and shape that it is packed for. */
export interface FilterKey {
  dataId: tf.DataId;
  form: string;
}

/** Packed filters by the data of their tensors; freed with it. */
const kept = new WeakMap<WasmBackend, WeakMap<tf.DataId, Map<string, number>>>();

/**
 * Keeps packed filters of this backend from now on for as long as the tensors live: a network that is only run packs its
 * weights once instead of at every pass, and one that is trained once a step (each step writes new tensors). Takes as much memory as the weights themselves, 16/9 of it for the 3×3 filters of
 * Winograd's form. Not for weights that change in place.
 */
export function keepPackedFilters(backend: WasmBackend): void {
  if (kept.has(backend)) return;
  const byData = new WeakMap<tf.DataId, Map<string, number>>();
  kept.set(backend, byData);
  const dispose = backend.disposeData.bind(backend);
  backend.disposeData = (dataId, force) => {
    const gone = dispose(dataId, force);
    if (gone) {
      for (const pointer of byData.get(dataId)?.values() ?? []) backend.wasm._free(pointer);
      byData.delete(dataId);
    }
    return gone;
  };
}

/** Whether a filter is packed once, so that packing costs a pass nothing. */
export function keepsFilters(backend: WasmBackend): boolean {
  return kept.has(backend);
}

/** Runs `use` with the packed filter: the kept one, or one that `pack` writes, 64-byte aligned, of `bytes` bytes. */
export function withPackedFilter(
  backend: WasmBackend,
  key: FilterKey | undefined,
  bytes: number,
  pack: (pointer: number) => void,
  use: (pointer: number) => void,
): void {
  const byData = key && kept.get(backend);
  if (!byData) {
    withScratch(backend, [bytes], ([pointer]) => {
      pack(pointer);
      use(pointer);
    });
    return;
  }
  const forms = byData.get(key.dataId) ?? new Map<string, number>();
  byData.set(key.dataId, forms);
  let block = forms.get(key.form);
  if (block === undefined) {
    block = backend.wasm._malloc(bytes + 64) >>> 0;
    forms.set(key.form, block);
    pack(aligned(block));
  }
  use(aligned(block));
}

function aligned(pointer: number): number {
  return Math.ceil(pointer / 64) * 64;
}
