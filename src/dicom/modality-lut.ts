import type { DataSet } from './data-set';
import { DicomImageError } from './errors';
import { decimalOf } from './number-strings';
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
  const item = dataSet.firstItem('x00283000');
  if (item) {
    const table = tableOf(item, signed);
    if (!table) throw missingTable(item);
    return { table };
  }
  const slope = decimal(dataSet, 'x00281053', 1, 'Rescale Slope');
  const intercept = decimal(dataSet, 'x00281052', 0, 'Rescale Intercept');
  const fault = rescaleFault({ slope, intercept });
  if (fault !== undefined) throw new DicomImageError('damaged', fault);
  return { slope, intercept };
}

/** The largest magnitude of a stored value (16 bits). */
const largestStored = 0xffff;

/**
 * Why slope and intercept cannot be applied: modality values are kept in single precision, in which neighbouring stored values
 * must stay apart. A large intercept, or a slope near 0, would leave a few grey levels of the image and nobody would be told.
 *
 * @returns undefined where every stored value keeps its own
 */
export function rescaleFault({ slope, intercept }: { slope: number; intercept: number }): string | undefined {
  if (slope === 0) return 'Rescale Slope is 0, which would make every pixel the same.';
  const largest = Math.fround(Math.abs(intercept) + largestStored * Math.abs(slope));
  if (stepAt(largest) <= Math.abs(slope)) return undefined;
  return `With Rescale Slope ${slope} and Rescale Intercept ${intercept}, grey levels of the image could not be told apart (single precision). Have the header corrected.`;
}

/** Distance of neighbouring numbers of single precision (24 bits of significand, from 2^-149) at a magnitude. */
function stepAt(magnitude: number): number {
  return Math.max(2 ** -149, 2 ** (Math.floor(Math.log2(magnitude)) - 23));
}

function decimal(dataSet: DataSet, tag: string, absent: number, name: string): number {
  const text = dataSet.string(tag)?.trim();
  if (!text) return absent;
  const value = decimalOf(text);
  if (Number.isNaN(value)) throw new DicomImageError('damaged', `${name} is no number.`);
  return value;
}

/**
 * Reads the table of a Modality or VOI LUT Sequence item.
 *
 * @returns undefined where it has none, or its data hold fewer entries than promised
 */
export function tableOf(item: DataSet, signed: boolean): LookupTable | undefined {
  const bytes = item.bytes('x00283006') ?? new Uint8Array(0);
  const descriptor = [0, 1].map(i => item.uint16('x00283002', i));
  const isWhole = descriptor.every(value => value !== undefined);
  return isWhole ? lookupTable(descriptor, bytes, signed, item.littleEndian) : undefined;
}

function missingTable(item: DataSet): DicomImageError {
  const promised = item.uint16('x00283002') || 65536;
  const held = item.bytes('x00283006')?.length ?? 0;
  return new DicomImageError(
    'damaged',
    `The Modality LUT promises ${promised} entries, its data hold ${held} bytes. Fetch the file again.`,
  );
}
