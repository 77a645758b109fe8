import * as tf from '@tensorflow/tfjs';
import { wasmHeapBytes } from './heap';

/** Time that one kind of kernel took in a measured step. */
interface KernelTime {
  /** Kernel name of TensorFlow.js. */
  name: string;
  /** Calls a step. */
  calls: number;
  /** Milliseconds a step. */
  milliseconds: number;
  /** 10⁹ floating point operations a second (a multiply-add counts two); convolutions only. */
  gigaflops?: number;
}

/** Result of {@link measureStep}. */
export interface StepMeasurement {
  /** Milliseconds a step: the fastest one, for other work on the machine only ever adds time. */
  milliseconds: number;
  /** Slowest kernel first. */
  kernels: KernelTime[];
  /** Bytes of the wasm heap afterwards, 0 on other backends. */
  heapBytes: number;
}

interface KernelTotal {
  calls: number;
  milliseconds: number;
  flops: number;
}

/**
 * Measures a step of training or inference on the current backend, by wrapping its kernels while it runs. Meant for
 * synchronous backends (wasm, cpu): kernels of a GPU backend return before they are done.
 *
 * @param step runs once and disposes what it makes
 * @param repeats measured steps, after two unmeasured ones
 */
export function measureStep(step: () => void, repeats = 3): StepMeasurement {
  step();
  step();
  const totals = new Map<string, KernelTotal>();
  const restore = wrapKernels(totals);
  let fastest = Infinity;
  try {
    for (let i = 0; i < repeats; i++) {
      const start = performance.now();
      step();
      fastest = Math.min(fastest, performance.now() - start);
    }
  } finally {
    restore();
  }
  const kernels = [...totals].map(([name, total]) => ({
    name,
    calls: total.calls / repeats,
    milliseconds: total.milliseconds / repeats,
    ...(total.flops > 0 && { gigaflops: total.flops / total.milliseconds / 1e6 }),
  }));
  kernels.sort((a, b) => b.milliseconds - a.milliseconds);
  return { milliseconds: fastest, kernels, heapBytes: wasmHeapBytes() };
}

/** Times every kernel of the current backend; returns the function that puts the plain ones back. */
function wrapKernels(totals: Map<string, KernelTotal>): () => void {
  const backendName = tf.getBackend();
  const plain = tf.getKernelsForBackend(backendName);
  const replace = (config: tf.KernelConfig): void => {
    tf.unregisterKernel(config.kernelName, backendName);
    // Without its set-up, which has run with the backend.
    tf.registerKernel({ ...config, setupFunc: undefined });
  };
  for (const config of plain) {
    const kernelFunc: tf.KernelFunc = args => {
      const start = performance.now();
      const result = config.kernelFunc(args);
      const total = totals.get(config.kernelName) ?? { calls: 0, milliseconds: 0, flops: 0 };
      total.calls += 1;
      total.milliseconds += performance.now() - start;
      total.flops += convolutionFlops(config.kernelName, args.inputs, result);
      totals.set(config.kernelName, total);
      return result;
    };
    replace({ ...config, kernelFunc });
  }
  return () => plain.forEach(replace);
}

/** Operations of a convolution kernel: two for every output value and filter weight that meets it. */
function convolutionFlops(
  kernel: string,
  inputs: tf.NamedTensorInfoMap,
  result: tf.TensorInfo | tf.TensorInfo[],
): number {
  const output = Array.isArray(result) ? result[0] : result;
  // Shapes of the convolution's own output and filter, whichever of them the kernel computes.
  let shapes: (number[] | undefined)[] = [];
  if (kernel === 'Conv2D' || kernel === 'FusedConv2D') shapes = [output.shape, inputs.filter?.shape];
  if (kernel === 'Conv2DBackpropInput') shapes = [inputs.dy?.shape, inputs.filter?.shape];
  if (kernel === 'Conv2DBackpropFilter') shapes = [inputs.dy?.shape, output.shape];
  const [y, filter] = shapes;
  if (!y || !filter) return 0;
  return 2 * y[0] * y[1] * y[2] * tf.util.sizeFromShape(filter);
}
