/** A lookup table of a Modality or VOI LUT Sequence (PS3.3 C.11.1, C.11.2). */
export interface LookupTable {
  /** Input value that takes the first entry. */
  first: number;
  entries: Float32Array;
}

/** The entry of an input value; values outside take the nearest one (PS3.3 C.11.1.1.1). */
export function lookUp({ first, entries }: LookupTable, value: number): number {
  return entries[Math.max(0, Math.min(entries.length - 1, value - first))];
}

/**
 * Builds a table from its descriptor and data.
 *
 * @param descriptor number of entries (0 stands for 65536) and first value mapped
 * @param data the entries as they lie in the file, 16 or 8 bits each (8 where there is no room for 16)
 * @param signed whether the values that are looked up are signed: the first value mapped has their representation,
 *   whatever its own VR says
 * @returns undefined where the data hold fewer entries than promised
 */
export function lookupTable(
  descriptor: readonly number[],
  data: Uint8Array,
  signed: boolean,
  littleEndian = true,
): LookupTable | undefined {
  const count = descriptor[0] || 65536;
  const first = signedAs(descriptor[1] ?? 0, signed);
  // LUT data are words; some writers pack 8-bit entries into bytes
  const bytesPerEntry = data.length >= 2 * count ? 2 : 1;
  if (descriptor.length < 2 || data.length < count * bytesPerEntry) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const entries = Float32Array.from({ length: count }, (_, i) =>
    bytesPerEntry === 1 ? data[i] : view.getUint16(2 * i, littleEndian),
  );
  return { first, entries };
}

/** A 16-bit number read with the wrong sign, put right. */
export function signedAs(value: number, signed: boolean): number {
  if (signed) return value > 32767 ? value - 65536 : value;
  return value < 0 ? value + 65536 : value;
}
