/** A float32 array with its shape. */
export interface FloatArray {
  shape: number[];
  values: Float32Array;
}

/** Reads NumPy's NPY format (version 1.0, little-endian float32, C order): all that the exports use. */
export function readNpy(bytes: Buffer): FloatArray {
  if (bytes.toString('latin1', 1, 6) !== 'NUMPY') throw new Error('This is no NPY file.');
  const length = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, 10 + length);
  if (!header.includes("'<f4'") || !header.includes("'fortran_order': False")) {
    throw new Error(`Unexpected NPY header: ${header}`);
  }
  const shape =
    /'shape': \(([^)]*)\)/
      .exec(header)?.[1]
      .split(',')
      .filter(text => text.trim())
      .map(Number) ?? [];
  const data = bytes.subarray(10 + length);
  const values = new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  if (values.length !== shape.reduce((product, size) => product * size, 1)) {
    throw new Error(`${values.length} values do not fill the shape ${shape.join(' × ')}.`);
  }
  return { shape, values };
}

/** Largest absolute difference of two arrays. */
export function largestDifference(a: FloatArray, b: FloatArray): number {
  if (a.shape.join() !== b.shape.join()) throw new Error(`The shapes differ: ${a.shape} and ${b.shape}.`);
  return a.values.reduce((worst, value, index) => Math.max(worst, Math.abs(value - b.values[index])), 0);
}
