import * as tf from '@tensorflow/tfjs';
import { asWasm, kernelsOf, pointerOf } from './module';
import type { KernelArguments, WasmBackend } from './module';

/** Shares the values, as other backends do; the stock kernel copies them, and gradients clone every saved tensor. */
export function identity({ inputs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const { x } = inputs;
  asWasm(anyBackend).incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

/** Wraps the stock Concat kernel, which copies row by row in JavaScript: float32 tensors are copied in wasm. */
export function withConcatKernel(stock: tf.KernelFunc): (args: KernelArguments) => tf.TensorInfo {
  return args => {
    const parts = Object.values(args.inputs);
    const backend = asWasm(args.backend);
    if (
      parts.length < 2 ||
      !parts.every(part => part.dtype === 'float32' && tf.util.sizeFromShape(part.shape) > 0)
    ) {
      return stock(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    }
    const axis = tf.util.parseAxisParam((args.attrs as { axis: number }).axis, parts[0].shape)[0];
    const shapes = parts.map(part => part.shape);
    tf.backend_util.assertParamsConsistent(shapes, axis);
    const out = backend.makeOutput(tf.backend_util.computeOutShape(shapes, axis), 'float32');
    copyBetween(backend, out, parts, axis, 'gather');
    return out;
  };
}

/** Wraps the stock SplitV kernel (the gradient of Concat), which copies the whole input for every part. */
export function withSplitKernel(stock: tf.KernelFunc): (args: KernelArguments) => tf.TensorInfo[] {
  return args => {
    const { x } = args.inputs;
    const backend = asWasm(args.backend);
    const attributes = args.attrs as { numOrSizeSplits: number | number[]; axis: number };
    if (x.dtype !== 'float32' || tf.util.sizeFromShape(x.shape) === 0) {
      return stock(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo[];
    }
    const axis = tf.util.parseAxisParam(attributes.axis, x.shape)[0];
    const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, attributes.numOrSizeSplits, axis);
    const parts = sizes.map(size => {
      const shape = x.shape.slice();
      shape[axis] = size;
      return backend.makeOutput(shape, 'float32');
    });
    copyBetween(backend, x, parts, axis, 'scatter');
    return parts;
  };
}

/** Copies between a tensor and its parts along an axis. */
function copyBetween(
  backend: WasmBackend,
  whole: tf.TensorInfo,
  parts: tf.TensorInfo[],
  axis: number,
  direction: 'gather' | 'scatter',
): void {
  const count = tf.util.sizeFromShape(whole.shape.slice(0, axis));
  const wholeStep = tf.util.sizeFromShape(whole.shape.slice(axis)) * 4;
  let at = pointerOf(backend, whole);
  for (const part of parts) {
    const bytes = tf.util.sizeFromShape(part.shape.slice(axis)) * 4;
    const pointer = pointerOf(backend, part);
    if (direction === 'gather') kernelsOf(backend).copyBlocks(pointer, bytes, at, wholeStep, bytes, count);
    else kernelsOf(backend).copyBlocks(at, wholeStep, pointer, bytes, bytes, count);
    at += bytes;
  }
}
