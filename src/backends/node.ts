import * as tf from '@tensorflow/tfjs';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { registerKernels, type KernelOptions } from './kernels/register';
import { importPackage, isInstalled, requireInstalled, type OptionalBackend } from './optional-packages';
import { separateConvolutionGradients } from './separate-gradients';
import { registerWasmGradients } from './wasm-gradients';
import { provideWebgpu } from './webgpu';

/**
 * Backends of the command. `wasm` and `cpu` need no installation beyond `npm ci`; the others run from packages that the
 * user installs.
 */
export type NodeBackendName = 'wasm' | 'cpu' | OptionalBackend;

/** All names, the usual ones first. */
export const nodeBackendNames: readonly NodeBackendName[] = ['wasm', 'cpu', 'webgpu', 'node', 'node-gpu'];

/**
 * Whether several data-parallel workers help: each has its own single-threaded `wasm` or `cpu` backend. The others use the
 * whole GPU, or all cores, from one worker.
 */
export function takesSeveralWorkers(name: NodeBackendName): boolean {
  return name === 'wasm' || name === 'cpu';
}

/**
 * Selects a TensorFlow.js backend in Node, on the main thread or in a worker thread.
 *
 * `wasm` runs single-threaded with SIMD (one worker thread a core is the way to use more) and gets the training
 * kernels that TensorFlow.js lacks; `cpu` is plain JavaScript, for tests; `webgpu` is Dawn on Vulkan, Metal or
 * Direct3D 12; `node` and `node-gpu` are libtensorflow on the processor and on CUDA. Values of a `webgpu` tensor can only
 * be read asynchronously (`data()`). Safe to call again.
 *
 * @param options of the kernels (wasm)
 * @throws Error when the backend's package is missing or the backend does not initialise, with what to do
 */
export async function prepareNodeBackend(name: NodeBackendName, options: KernelOptions = {}): Promise<void> {
  const before = listeners();
  await select(name);
  // The wasm module installs handlers that throw every uncaught error again and hide its origin.
  removeListenersAddedSince(before);
  registerWasmGradients();
  if (name === 'wasm') await registerKernels(options);
  separateConvolutionGradients();
}

async function select(name: NodeBackendName): Promise<void> {
  if (name === 'wasm') setThreadsCount(1);
  if (name === 'webgpu') await provideWebgpu();
  const native = name === 'node' || name === 'node-gpu';
  if (native) {
    requireInstalled(name);
    await importPackage(`@tensorflow/tfjs-${name}`);
  }
  const registered = native ? 'tensorflow' : name;
  const started = await tf.setBackend(registered).catch(() => false);
  if (!started) throw new Error(`The TensorFlow.js backend "${name}" did not initialise.`);
  await tf.ready();
  // Otherwise the cpu backend advertises another one at its first tensor.
  if (name === 'cpu') Object.assign(tf.backend(), { firstUse: false });
}

/** Backends whose packages are installed, those for GPUs first; whether they work is another matter. */
export function installedBackends(): NodeBackendName[] {
  const optional: OptionalBackend[] = ['node-gpu', 'webgpu', 'node'];
  return [...optional.filter(isInstalled), 'wasm'];
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
