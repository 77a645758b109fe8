import dcmjs from 'dcmjs';
import { parseDicom } from 'dicom-parser';

/**
 * Puts a text into an element of a file in explicit VR, whatever its representation allows: what a writer that keeps to the
 * standard would leave out.
 */
export function withText(bytes: Uint8Array, keyword: string, text: string): Uint8Array {
  const { tag, vr } = dcmjs.data.DicomMetaDictionary.nameMap[keyword] as { tag: string; vr: string };
  const key = `x${tag.replace(/[(),]/g, '').toLowerCase()}`;
  const { elements } = parseDicom(bytes);
  const startOf = ({ dataOffset, vr: own }: { dataOffset: number; vr?: string }): number =>
    dataOffset - (/^(O[BDFLVW]|S[QV]|U[CNRTV])$/.test(own ?? '') ? 12 : 8);
  const after = Object.keys(elements)
    .sort()
    .filter(other => other > key);
  const end = startOf(elements[after[0]]);
  const start = elements[key] ? startOf(elements[key]) : end;
  const value = Buffer.from(text.length % 2 ? `${text} ` : text, 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt16LE(parseInt(key.slice(1, 5), 16), 0);
  head.writeUInt16LE(parseInt(key.slice(5), 16), 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([bytes.subarray(0, start), head, value, bytes.subarray(end)]);
}
