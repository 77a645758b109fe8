import type { DataSet } from 'dicom-parser';
import { DicomImageError } from './errors';
import { lookupTable, type LookupTable } from './lookup-table';

/** Maps stored values to modality units (PS3.3 C.11.1): a table, or value · slope + intercept. */
export type ModalityLut = { table: LookupTable } | { slope: number; intercept: number };

/**
 * The modality LUT of an image: the lookup table of its Modality LUT Sequence, or Rescale Slope and Intercept, or, where
 * it has neither (ordinary for CR), the stored value itself.
 *
 * @param signed whether stored values are signed
 * @throws DicomImageError `damaged`
 */
export function modalityLut(dataSet: DataSet, signed: boolean): ModalityLut {
  const item = dataSet.elements.x00283000?.items?.[0]?.dataSet;
  if (item) return { table: readLookupTable(item, signed, 'Modality LUT') };
  const slope = decimal(dataSet, 'x00281053', 1, 'Rescale Slope');
  const intercept = decimal(dataSet, 'x00281052', 0, 'Rescale Intercept');
  if (slope === 0) {
    throw new DicomImageError('damaged', 'Rescale Slope is 0, which would make every pixel the same.');
  }
  return { slope, intercept };
}

function decimal(dataSet: DataSet, tag: string, absent: number, name: string): number {
  const text = dataSet.string(tag)?.trim();
  if (!text) return absent;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new DicomImageError('damaged', `${name} is no number.`);
  return value;
}

/**
 * Reads the table of a Modality or VOI LUT Sequence item.
 *
 * @throws DicomImageError `damaged` where the data hold fewer entries than promised
 */
export function readLookupTable(item: DataSet, signed: boolean, name: string): LookupTable {
  const described = item.elements.x00283002 && item.elements.x00283002.length >= 4;
  const descriptor = described ? [0, 1].map(i => item.uint16('x00283002', i) ?? 0) : [];
  const data = item.elements.x00283006;
  const end = data ? Math.min(data.dataOffset + data.length, item.byteArray.length) : 0;
  const bytes = item.byteArray.subarray(data?.dataOffset ?? 0, end);
  const bigEndian = item.byteArrayParser.readUint16(Uint8Array.of(0, 1), 0) === 1;
  const table = lookupTable(descriptor, bytes, signed, !bigEndian);
  if (table) return table;
  throw new DicomImageError(
    'damaged',
    `The ${name} promises ${descriptor[0] || 65536} entries, its data hold ${bytes.length} bytes. Fetch the file again.`,
  );
}
