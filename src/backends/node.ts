import * as tf from '@tensorflow/tfjs';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { registerTrainingKernels } from './kernels/register';
import { separateConvolutionGradients } from './separate-gradients';
import { registerWasmGradients } from './wasm-gradients';

/** Backends that need no installation beyond `npm ci`. */
export type NodeBackendName = 'wasm' | 'cpu';

/**
 * Selects a TensorFlow.js backend in Node, on the main thread or in a worker thread.
 *
 * `wasm` runs single-threaded with SIMD (one worker thread a core is the way to use more) and gets the training
 * kernels that TensorFlow.js lacks; `cpu` is plain JavaScript, for tests. Safe to call again.
 *
 * @throws Error when the backend does not initialise
 */
export async function prepareNodeBackend(name: NodeBackendName): Promise<void> {
  if (name === 'wasm') setThreadsCount(1);
  const before = listeners();
  if (!(await tf.setBackend(name)))
    throw new Error(`The TensorFlow.js backend "${name}" did not initialise.`);
  await tf.ready();
  // The wasm module installs handlers that throw every uncaught error again and hide its origin.
  removeListenersAddedSince(before);
  registerWasmGradients();
  if (name === 'wasm') await registerTrainingKernels();
  separateConvolutionGradients();
}

interface ProcessListeners {
  exceptions: NodeJS.UncaughtExceptionListener[];
  rejections: NodeJS.UnhandledRejectionListener[];
}

function listeners(): ProcessListeners {
  return {
    exceptions: process.listeners('uncaughtException'),
    rejections: process.listeners('unhandledRejection'),
  };
}

function removeListenersAddedSince(before: ProcessListeners): void {
  const now = listeners();
  for (const listener of now.exceptions) {
    if (!before.exceptions.includes(listener)) process.removeListener('uncaughtException', listener);
  }
  for (const listener of now.rejections) {
    if (!before.rejections.includes(listener)) process.removeListener('unhandledRejection', listener);
  }
}
