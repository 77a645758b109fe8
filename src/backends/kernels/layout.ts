import * as tf from '@tensorflow/tfjs';
import { asWasm, floatView, kernelsOf, pointerOf } from './module';
import type { KernelArguments, WasmBackend } from './module';

/** Shares the values, as other backends do; the stock kernel copies them, and gradients clone every saved tensor. */
export function identity({ inputs, backend: anyBackend }: KernelArguments): tf.TensorInfo {
  const { x } = inputs;
  asWasm(anyBackend).incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

/** Wraps the stock Cast kernel, which copies where nothing changes: pooling casts what it made to the type that it has. */
export function withCastKernel(stock: tf.KernelFunc): (args: KernelArguments) => tf.TensorInfo {
  return args => {
    const { dtype } = args.attrs as { dtype: tf.DataType };
    if (args.inputs.x.dtype === dtype) return identity(args);
    return stock(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
  };
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

/** Wraps the stock Slice kernel, which copies the whole input and then row by row in JavaScript. */
export function withSliceKernel(stock: tf.KernelFunc): (args: KernelArguments) => tf.TensorInfo {
  return args => {
    const { x } = args.inputs;
    const attributes = args.attrs as { begin: number | number[]; size: number | number[] };
    const [begin, size] = tf.slice_util.parseSliceParams(x, attributes.begin, attributes.size);
    if (x.dtype !== 'float32' || tf.util.sizeFromShape(size) === 0 || x.shape.length === 0) {
      return stock(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    }
    const backend = asWasm(args.backend);
    const out = backend.makeOutput(size, 'float32');
    const whole = { pointer: pointerOf(backend, x), shape: x.shape, begin };
    const part = { pointer: pointerOf(backend, out), shape: size, begin: begin.map(() => 0) };
    copyBox(backend, whole, part, size);
    return out;
  };
}

/** Wraps the stock PadV2 kernel (the gradient of Slice). */
export function withPadKernel(stock: tf.KernelFunc): (args: KernelArguments) => tf.TensorInfo {
  return args => {
    const { x } = args.inputs;
    const { paddings, constantValue } = args.attrs as { paddings: [number, number][]; constantValue: number };
    if (x.dtype !== 'float32' || tf.util.sizeFromShape(x.shape) === 0 || x.shape.length === 0) {
      return stock(args as unknown as Parameters<tf.KernelFunc>[0]) as tf.TensorInfo;
    }
    const backend = asWasm(args.backend);
    const shape = x.shape.map((length, axis) => length + paddings[axis][0] + paddings[axis][1]);
    const out = backend.makeOutput(shape, 'float32');
    floatView(backend, pointerOf(backend, out), tf.util.sizeFromShape(shape)).fill(constantValue);
    const part = { pointer: pointerOf(backend, x), shape: x.shape, begin: x.shape.map(() => 0) };
    const whole = { pointer: pointerOf(backend, out), shape, begin: paddings.map(([before]) => before) };
    copyBox(backend, part, whole, x.shape);
    return out;
  };
}

/** An array of which a box is read or written, from index `begin` on. */
interface Boxed {
  pointer: number;
  shape: number[];
  begin: number[];
}

/** Copies a box of float32 values between arrays of the same rank (at least 1). */
function copyBox(backend: WasmBackend, from: Boxed, to: Boxed, box: number[]): void {
  // Behind the last axis that either array continues past the box, values of both are adjacent.
  let axis = box.length - 1;
  while (axis > 0 && box[axis] === from.shape[axis] && box[axis] === to.shape[axis]) axis--;
  const bytes = tf.util.sizeFromShape(box.slice(axis)) * 4;
  const step = (array: Boxed, a: number) => tf.util.sizeFromShape(array.shape.slice(a + 1)) * 4;
  const start = (array: Boxed) =>
    array.begin.reduce((at, index, a) => at + index * step(array, a), array.pointer);
  const { copyBlocks } = kernelsOf(backend);
  const copy = (a: number, source: number, target: number): void => {
    if (a >= axis - 1) {
      const count = axis === 0 ? 1 : box[axis - 1];
      copyBlocks(source, step(from, axis - 1), target, step(to, axis - 1), bytes, count);
      return;
    }
    for (let i = 0; i < box[a]; i++) copy(a + 1, source + i * step(from, a), target + i * step(to, a));
  };
  copy(0, start(from), start(to));
}
