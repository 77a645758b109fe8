import type * as tf from '@tensorflow/tfjs';
import { ModelPackageError } from './card';

type WeightSpec = tf.io.WeightsManifestEntry;

/**
 * Refuses weights from which no network can be computed: NaN, infinite, or a negative variance.
 *
 * To look at the answer is not enough: ReLU and clipping of the wasm backend turn NaN into 0, so a network with a broken weight
 * gives a number like any other.
 *
 * @throws ModelPackageError `format` naming the weight
 */
export function requireFiniteWeights({ weightSpecs = [], weightData }: tf.io.ModelArtifacts): void {
  const bytes = joined(weightData);
  let offset = 0;
  for (const spec of weightSpecs) {
    const stored = storedAs(spec);
    const length = spec.shape.reduce((a, b) => a * b, 1) * stored.bytes;
    if (offset + length > bytes.byteLength) {
      throw new ModelPackageError('format', `The weight files end before the weight "${spec.name}".`);
    }
    const found = stored.fault(bytes.slice(offset, offset + length), spec);
    if (found !== undefined) {
      throw new ModelPackageError(
        'format',
        `The weight "${spec.name}" holds ${found}, from which no answer follows: the weights were damaged before they were ` +
          'packed, or the training failed. Export or train the network again.',
      );
    }
    offset += length;
  }
}

interface Stored {
  bytes: number;
  /** What is wrong with the values, or undefined. */
  fault(values: ArrayBuffer, spec: WeightSpec): string | undefined;
}

const plain: Stored = {
  bytes: 4,
  fault(buffer, { name }) {
    const values = new Float32Array(buffer);
    const isVariance = name.endsWith('variance');
    // A plain loop: a classifier has tens of millions of weights.
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) return String(values[i]);
      if (isVariance && values[i] < 0) return `the negative variance ${values[i]}`;
    }
    return undefined;
  },
};

/** IEEE 754 half precision: an exponent of ones alone is an infinity or NaN. */
const half: Stored = {
  bytes: 2,
  fault: buffer =>
    new Uint16Array(buffer).some(bits => (bits & 0x7c00) === 0x7c00) ? 'a value that is not finite' : undefined,
};

const whole = (bytes: number): Stored => ({ bytes, fault: () => undefined });

const quantised = (bytes: number): Stored => ({
  bytes,
  fault: (_, { quantization }) =>
    Number.isFinite(quantization?.scale) && Number.isFinite(quantization?.min)
      ? undefined
      : 'integers without a finite scale and minimum',
});

function storedAs({ name, dtype, quantization }: WeightSpec): Stored {
  const kinds: Record<string, Stored> = quantization
    ? { float16: half, uint8: quantised(1), uint16: quantised(2) }
    : { float32: plain, int32: whole(4), bool: whole(1) };
  const type = quantization?.dtype ?? dtype;
  if (Object.hasOwn(kinds, type)) return kinds[type];
  throw new ModelPackageError('format', `The weight "${name}" is of the type ${type}, which no image classifier needs.`);
}

function joined(data: tf.io.ModelArtifacts['weightData']): ArrayBuffer {
  if (data instanceof ArrayBuffer) return data;
  const parts = (data ?? []).map(part => new Uint8Array(part));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((offset, part) => (bytes.set(part, offset), offset + part.length), 0);
  return bytes.buffer;
}
