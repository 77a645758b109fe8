/**
 * A little-endian float32 array in NumPy's NPY format 1.0 (numpy.lib.format).
 *
 * @throws RangeError when the shape does not fit the values
 */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Uint8Array {
  if (shape.reduce((a, b) => a * b, 1) !== values.length) {
    throw new RangeError(`${values.length} values do not fill the shape ${shape.join(' × ')}.`);
  }
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const preamble = 10;
  const headerLength = Math.ceil((preamble + text.length + 1) / 64) * 64 - preamble;
  const header = new TextEncoder().encode(`${text.padEnd(headerLength - 1)}\n`);
  const bytes = new Uint8Array(preamble + headerLength + 4 * values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, headerLength & 255, headerLength >> 8]);
  bytes.set(header, preamble);
  const view = new DataView(bytes.buffer, preamble + headerLength);
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return bytes;
}
