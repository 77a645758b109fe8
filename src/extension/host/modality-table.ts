import { lookupTable, type LookupTable } from '../../dicom/lookup-table';
import { numberOf } from '../../dicom/attribute-values';
import type { Instance } from './ohif-types';

/**
 * The table of an instance's Modality LUT Sequence (PS3.3 C.11.1), which Cornerstone does not apply to images that come
 * over DICOMweb. Data sources leave long values on the server until they are asked for.
 *
 * @param signed whether stored values are signed
 * @returns undefined where the instance has no such sequence
 * @throws Error when the table cannot be fetched or holds fewer entries than promised
 */
export async function modalityTable(instance: Instance, signed: boolean): Promise<LookupTable | undefined> {
  const sequence = instance.ModalityLUTSequence;
  const item: unknown = Array.isArray(sequence) ? sequence[0] : sequence;
  if (!isRecord(item)) return undefined;
  const descriptor = listOf(item.LUTDescriptor).map(value => numberOf(value) ?? NaN);
  const data = await lutBytes(item.LUTData);
  const table = data && lookupTable(descriptor, data, signed);
  if (!table)
    throw new Error(
      'The image needs its Modality LUT Sequence, whose table is missing or incomplete, so its grey values are not known. ' +
        'Check that the archive sends it (LUT Data, as bulk data or inline).',
    );
  return table;
}

/** LUT Data as naturalised data sets hold it: numbers, bytes, Base64, or bulk data to fetch. */
async function lutBytes(value: unknown): Promise<Uint8Array | undefined> {
  const numbers = listOf(value).map(Number);
  if (numbers.length > 1 && numbers.every(Number.isFinite)) {
    return new Uint8Array(Uint16Array.from(numbers).buffer);
  }
  const content: unknown = Array.isArray(value) ? value[0] : value;
  const bytes = asBytes(content);
  if (bytes || !isRecord(content)) return bytes;
  if (typeof content.InlineBinary === 'string') {
    return Uint8Array.from(atob(content.InlineBinary), character => character.charCodeAt(0));
  }
  const held = asBytes(content.Value);
  if (held) return held;
  if (typeof content.retrieveBulkData !== 'function') return undefined;
  const fetched: unknown = await (content.retrieveBulkData as () => Promise<unknown>)();
  return asBytes(Array.isArray(fetched) ? fetched[0] : fetched);
}

function asBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : undefined;
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return typeof value === 'string' ? value.split('\\') : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
