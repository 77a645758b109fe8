/** The WebAssembly backend of a browser, with what this project adds to it. */
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerWasmGradients } from './wasm-gradients';

export { registerKernels } from './kernels/register';
export { chooseKernels } from './own-kernels';

/** To be called before the backend starts. @param wasmPath folder of the tfjs-backend-wasm*.wasm files, ending in '/' */
export function prepareWasm(wasmPath: string): void {
  setWasmPaths(wasmPath);
  registerWasmGradients();
  // Threads would need more workers from inside this one and a cross-origin isolated page; one is fast enough.
  setThreadsCount(1);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
}
