import * as tf from '@tensorflow/tfjs';
import { kernelsBase64 } from './kernels-wasm';

/** Functions of the compiled module (see `assembly/`); all pointers are byte offsets into the backend's memory. */
export interface KernelExports {
  packTaps(...args: number[]): void;
  convolveGrid(...args: number[]): void;
  winogradFilter(...args: number[]): void;
  winogradForward(...args: number[]): void;
  largeWinogradFilter(...args: number[]): void;
  largeWinogradFilterGradient(...args: number[]): void;
  largeWinogradForward(...args: number[]): void;
  scatterTaps(...args: number[]): void;
  filterGradient(...args: number[]): void;
  batchNormStatistics(...args: number[]): void;
  batchNormForward(...args: number[]): void;
  batchNormReduce(...args: number[]): void;
  batchNormInputGradient(...args: number[]): void;
  averagePoolGradient(...args: number[]): void;
  copyBlocks(...args: number[]): void;
  reluGradient(...args: number[]): void;
  scaleInto(...args: number[]): void;
  adamStep(...args: number[]): void;
}

interface EmscriptenModule {
  asm: { memory: WebAssembly.Memory; malloc(bytes: number): number };
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}

interface TensorData {
  memoryOffset: number;
}

/** The parts of the TensorFlow.js wasm backend that the kernels use. */
export interface WasmBackend extends tf.KernelBackend {
  wasm: EmscriptenModule;
  dataIdMap: { get(dataId: tf.DataId): TensorData };
  incRef(dataId: tf.DataId): void;
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
}

/** What TensorFlow.js passes to a kernel function; all inputs of ours are required. */
export interface KernelArguments {
  inputs: Record<string, tf.TensorInfo>;
  attrs: unknown;
  backend: unknown;
}

/** The wasm heap is exhausted; the remedy is a smaller batch. */
export class WasmMemoryError extends Error {
  override name = 'WasmMemoryError';
}

const installed = new WeakMap<tf.KernelBackend, KernelExports>();

/**
 * Loads the kernels onto the memory of a wasm backend and makes its allocator throw
 * {@link WasmMemoryError} where it would return a null pointer (tfjs itself would go on and overwrite other
 * tensors). Does nothing when already done for this backend.
 *
 * @throws WebAssembly.CompileError where the engine has no SIMD
 */
export async function installKernels(backend: tf.KernelBackend): Promise<void> {
  if (installed.has(backend)) return;
  const { wasm } = asWasm(backend);
  const { instance } = await WebAssembly.instantiate(await kernelBinary(), {
    env: {
      memory: wasm.asm.memory,
      abort: () => {
        throw new Error('a kernel aborted');
      },
    },
  });
  checkAllocations(wasm);
  installed.set(backend, instance.exports as unknown as KernelExports);
}

/** The compiled kernels. */
export async function kernelBinary(): Promise<ArrayBuffer> {
  const deflated = Uint8Array.from(atob(kernelsBase64), c => c.charCodeAt(0));
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).arrayBuffer();
}

/** Takes the kernels off a backend again; what is registered must not be called any more. */
export function removeKernels(backend: tf.KernelBackend): void {
  installed.delete(backend);
}

const checked = new WeakSet<EmscriptenModule>();

/**
 * Makes the allocator throw where the heap is exhausted. It then returns 0 or, near the 4 GiB limit of 32-bit
 * addresses, a block that runs past the end of the memory; after that its state is beyond repair, so all further
 * requests are refused.
 */
function checkAllocations(wasm: EmscriptenModule): void {
  if (checked.has(wasm)) return;
  checked.add(wasm);
  // The module's own `_malloc` is a stub that puts `asm.malloc` in its place when first called.
  const { malloc, memory } = wasm.asm;
  let broken = false;
  wasm._malloc = (bytes: number): number => {
    const pointer = broken ? 0 : malloc(bytes) >>> 0;
    if (pointer + bytes > memory.buffer.byteLength) broken = true;
    if (broken || (pointer === 0 && bytes > 0)) {
      const held = Math.round(memory.buffer.byteLength / 2 ** 20);
      throw new WasmMemoryError(
        `The wasm heap has no ${Math.ceil(bytes / 2 ** 20)} MiB left (it holds ${held} MiB of at most 4096 MiB): ` +
          'use a smaller batch (with gradient accumulation), a smaller input size or a narrower network.',
      );
    }
    return pointer;
  };
}

/** Whether the current backend runs the kernels of this folder. */
export function hasKernels(): boolean {
  return tf.getBackend() === 'wasm' && installed.has(tf.backend());
}

/** The kernels of a backend; throws when {@link installKernels} has not run. */
export function kernelsOf(backend: tf.KernelBackend): KernelExports {
  const kernels = installed.get(backend);
  if (!kernels) throw new Error('The kernels are not loaded: call registerKernels() first.');
  return kernels;
}

/** Narrows a backend to the wasm one; throws on any other. */
export function asWasm(backend: unknown): WasmBackend {
  const wasm = (backend as Partial<WasmBackend>).wasm;
  if (!wasm?.asm?.memory) {
    throw new Error(
      'Not a TensorFlow.js wasm backend of the supported version (4.22): its memory is not exposed.',
    );
  }
  return backend as WasmBackend;
}

/** Byte offset of a tensor's values in the backend's memory. */
export function pointerOf(backend: WasmBackend, tensor: tf.TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/**
 * Runs `use` with scratch buffers of the given byte sizes (64-byte aligned), which are freed afterwards.
 * Views on them must be made inside `use`, since memory growth detaches older ones.
 */
export function withScratch<T>(backend: WasmBackend, sizes: number[], use: (pointers: number[]) => T): T {
  const aligned = sizes.map(bytes => (bytes + 63) & ~63);
  const block = backend.wasm._malloc(aligned.reduce((a, b) => a + b, 64)) >>> 0;
  try {
    let next = Math.ceil(block / 64) * 64;
    const pointers = aligned.map(bytes => {
      const pointer = next;
      next += bytes;
      return pointer;
    });
    return use(pointers);
  } finally {
    backend.wasm._free(block);
  }
}

/** A Float32 view of the backend's memory, valid until the next allocation. */
export function floatView(backend: WasmBackend, pointer: number, length: number): Float32Array {
  return new Float32Array(backend.wasm.asm.memory.buffer, pointer, length);
}

/** An Int32 view of the backend's memory, valid until the next allocation. */
export function intView(backend: WasmBackend, pointer: number, length: number): Int32Array {
  return new Int32Array(backend.wasm.asm.memory.buffer, pointer, length);
}
