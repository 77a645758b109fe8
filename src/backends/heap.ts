import * as tf from '@tensorflow/tfjs';
import { asWasm, WasmMemoryError } from './kernels/module';

/** The heap of the wasm backend cannot grow beyond this many bytes (32-bit addresses). */
export const wasmHeapLimit = 2 ** 32;

/**
 * Bytes of the wasm backend's heap. It grows as tensors need it and never shrinks, so this is the peak so far;
 * 0 on other backends.
 */
export function wasmHeapBytes(): number {
  if (tf.getBackend() !== 'wasm') return 0;
  return asWasm(tf.backend()).wasm.asm.memory.buffer.byteLength;
}

/**
 * Stops early, with a remedy, where the wasm heap comes near its end; call it after the first steps of a training.
 *
 * @param limit bytes, at most {@link wasmHeapLimit}; leave room for fragmentation (3.5 GB is a fair limit)
 * @param batchSize images a step, if the memory is taken by a batch
 * @throws WasmMemoryError naming the batch size that would fit
 */
export function assertHeapBelow(limit: number, batchSize?: number): void {
  const used = wasmHeapBytes();
  if (used <= limit) return;
  const held = `The wasm heap holds ${mebibytes(used)} MiB, more than the ${mebibytes(limit)} MiB allowed`;
  if (batchSize === undefined || batchSize <= 1) {
    throw new WasmMemoryError(`${held}: use a smaller input size or a narrower network.`);
  }
  const fitting = Math.max(1, Math.floor((batchSize * limit) / used));
  throw new WasmMemoryError(
    `${held}, at batch size ${batchSize}: use batch size ${fitting} (and accumulate gradients to keep the step).`,
  );
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
