import * as tf from '@tensorflow/tfjs';
import { asWasm, WasmMemoryError } from './kernels/module';

/** Where a training stops, with room left for fragmentation: near its end a heap fails in the middle of a kernel. */
export const trainingHeapLimit = 3.5e9;

/**
 * Bytes of the wasm backend's heap. It grows as tensors need it and never shrinks, so this is the peak so far;
 * 0 on other backends.
 */
export function wasmHeapBytes(): number {
  if (tf.getBackend() !== 'wasm') return 0;
  return asWasm(tf.backend()).wasm.asm.memory.buffer.byteLength;
}

/**
 * Stops early, with a remedy, where the wasm heap comes near its end. Costs nothing: call it after each micro-batch.
 *
 * @param limit bytes, at most 4 GiB, beyond which a wasm heap cannot grow (32-bit addresses); leave room for fragmentation, as {@link trainingHeapLimit} does
 * @param microBatch images that a worker holds at once, if they take the memory
 * @throws WasmMemoryError naming the micro-batch that would fit
 */
export function assertHeapBelow(limit: number, microBatch?: number): void {
  const used = wasmHeapBytes();
  if (used <= limit) return;
  const held = `The wasm heap holds ${mebibytes(used)} MiB, more than the ${mebibytes(limit)} MiB allowed`;
  if (microBatch === undefined || microBatch <= 1) {
    throw new WasmMemoryError(`${held}: use a smaller input size or a narrower network.`);
  }
  const fitting = Math.max(1, Math.floor((microBatch * limit) / used));
  throw new WasmMemoryError(
    `${held}, with ${microBatch} images at once: give --micro-batch ${fitting}; gradients are accumulated, so the step stays ` +
      'the same size.',
  );
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
