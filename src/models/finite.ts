import * as tf from '@tensorflow/tfjs';

/** A network gave what is no finite number, so there is no answer. */
export class NotFiniteError extends Error {
  override name = 'NotFiniteError';
  readonly code = 'not-finite';
}

/**
 * Reads a tensor of which an answer is made (logits, scores, x_s, x_a, a map): the one way from tensors to arrays that are
 * shown, stored or counted.
 *
 * @param what names it in the error, as a sentence begins
 * @throws NotFiniteError when a value is NaN or infinite, with what to do about it
 */
export async function finiteValues(tensor: tf.Tensor, what: string): Promise<Float32Array> {
  const values = (await tensor.data()) as Float32Array;
  requireFinite(values, what);
  return values;
}

/** {@link finiteValues} of what is an array already. */
export function requireFinite(values: Float32Array, what: string): void {
  const bad = values.findIndex(value => !Number.isFinite(value));
  if (bad < 0) return;
  const where = values.length === 1 ? 'is' : `holds values that are not finite: number ${bad + 1} of ${values.length} is`;
  throw new NotFiniteError(`${what} ${where} ${values[bad]}, so there is no answer. ${remedy()}`);
}

function remedy(): string {
  const backend = tf.getBackend();
  return backend === 'wasm' || backend === 'cpu'
    ? 'The network’s weights are damaged or too large: install the model package again; if that changes nothing, the model ' +
        'itself is at fault.'
    : `The ${backend} backend may have left its number range: take the wasm backend (in the viewer: Go on with WebAssembly). If ` +
        'it says the same, the network’s weights are damaged: install the model package again.';
}
