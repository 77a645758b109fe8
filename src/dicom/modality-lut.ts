import type { DataSet } from 'dicom-parser';
import { DicomImageError } from './errors';

/** Maps a stored value to modality units. */
export type ModalityTransform = (stored: number) => number;

/**
 * The modality LUT of an image (PS3.3 C.11.1): the lookup table of its Modality LUT Sequence, or Rescale Slope and
 * Intercept, or, where it has neither (ordinary for CR), the stored value itself.
 *
 * @param signed whether stored values are signed: the first mapped value has their representation
 * @throws DicomImageError `damaged`
 */
export function modalityTransform(dataSet: DataSet, signed: boolean): ModalityTransform {
  const item = dataSet.elements.x00283000?.items?.[0]?.dataSet;
  if (item) return lookup(item, signed);
  const slope = decimal(dataSet, 'x00281053', 1, 'Rescale Slope');
  const intercept = decimal(dataSet, 'x00281052', 0, 'Rescale Intercept');
  if (slope === 0) {
    throw new DicomImageError('damaged', 'Rescale Slope is 0, which would make every pixel the same.');
  }
  return stored => stored * slope + intercept;
}

function decimal(dataSet: DataSet, tag: string, absent: number, name: string): number {
  const text = dataSet.string(tag)?.trim();
  if (!text) return absent;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new DicomImageError('damaged', `${name} is no number.`);
  return value;
}

function lookup(item: DataSet, signed: boolean): ModalityTransform {
  const entries = item.uint16('x00283002', 0) || 65536; // 0 stands for 65536
  const first = (signed ? item.int16('x00283002', 1) : item.uint16('x00283002', 1)) ?? 0;
  const data = item.elements.x00283006;
  const held = data ? Math.min(data.length, item.byteArray.length - data.dataOffset) : 0;
  // LUT data are words; some writers pack 8-bit entries into bytes
  const bytesPerEntry = held >= 2 * entries ? 2 : 1;
  if (!item.elements.x00283002 || held < entries * bytesPerEntry) {
    throw new DicomImageError(
      'damaged',
      `The Modality LUT promises ${entries} entries, its data hold ${held} bytes. Fetch the file again.`,
    );
  }
  const table = Float64Array.from({ length: entries }, (_, i) =>
    bytesPerEntry === 1
      ? item.byteArray[data.dataOffset + i]
      : item.byteArrayParser.readUint16(item.byteArray, data.dataOffset + 2 * i),
  );
  return stored => table[Math.max(0, Math.min(entries - 1, stored - first))];
}
