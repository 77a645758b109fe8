import * as tf from '@tensorflow/tfjs';

/** A backend whose tensors lie in a wasm heap. */
export interface HeapBackend extends tf.KernelBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
}

/** The current backend where tensors lie in a wasm heap; undefined on others. */
function heapBackend(): HeapBackend | undefined {
  return tf.getBackend() === 'wasm' ? (tf.backend() as HeapBackend) : undefined;
}

/**
 * Hands out the values of float32 tensors one after the other, where they lie in a wasm heap without a copy: valid until
 * `use` returns.
 */
export async function readEach(
  tensors: readonly tf.Tensor[],
  use: (values: Float32Array, index: number) => void,
): Promise<void> {
  const heap = heapBackend();
  if (heap) {
    tensors.forEach((tensor, index) => use(heap.typedArrayFromHeap(tensor), index));
    return;
  }
  const all = await Promise.all(tensors.map(tensor => tensor.data()));
  all.forEach((values, index) => use(values as Float32Array, index));
}

/**
 * A new float32 tensor of `values[start]` and the following. Into a wasm heap they are copied at once: a new array on the
 * way costs its pages. Where their place is odd they are copied one by one, since set() then copies shared memory byte by
 * byte.
 */
export function tensorFrom(values: Float32Array, start: number, shape: readonly number[]): tf.Tensor {
  const length = tf.util.sizeFromShape([...shape]);
  const heap = heapBackend();
  if (!heap) return tf.tensor(values.slice(start, start + length), [...shape]);
  const made = heap.makeOutput([...shape], 'float32');
  const target = heap.typedArrayFromHeap(made);
  if (start % 2 === 0) target.set(values.subarray(start, start + length));
  else for (let i = 0; i < length; i++) target[i] = values[start + i];
  return tf.engine().makeTensorFromTensorInfo(made);
}
