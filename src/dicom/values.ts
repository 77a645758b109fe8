import type { DataSet } from './data-set';
import { decimalOf, integerOf } from './number-strings';
import { blanks, withoutEnd, withoutPadding } from './value-padding';

/** An element in the form that dcmjs naturalises: like DICOM JSON, with binary values as buffers. */
interface ReadElement {
  vr: string;
  Value: unknown[];
}

/** Elements by tag (`00100010`). */
export type ReadElements = Record<string, ReadElement>;

/**
 * All elements of a data set with their values: text in Unicode, names in groups, numbers as numbers (a text that should be
 * one and is not stays a text), binary values little endian, sequences as their items. Pixel data and group lengths are left
 * out; so is what a binary value lacks at the end of a cut off file.
 */
export function readElements(dataSet: DataSet, signedPixels = isSigned(dataSet)): ReadElements {
  const read: ReadElements = {};
  for (const [key, { vr, items }] of Object.entries(dataSet.elements)) {
    const tag = key.slice(1).toUpperCase();
    if (tag === '7FE00010' || tag.endsWith('0000')) continue;
    read[tag] = items
      ? { vr: 'SQ', Value: Array.from(items(), item => readElements(item, signedPixels)) }
      : readValues(dataSet, key, vr, signedPixels);
  }
  return read;
}

/**
 * The elements of the top level that are no sequences and whose values have at most `longest` bytes, as
 * {@link readElements} reads them.
 */
export function readShortElements(dataSet: DataSet, longest: number): ReadElements {
  const signedPixels = isSigned(dataSet);
  const read: ReadElements = {};
  for (const [key, { vr, items, length }] of Object.entries(dataSet.elements)) {
    const tag = key.slice(1).toUpperCase();
    if (tag === '7FE00010' || tag.endsWith('0000') || items || length > longest) continue;
    read[tag] = readValues(dataSet, key, vr, signedPixels);
  }
  return read;
}

function readValues(dataSet: DataSet, key: string, vr: string, signedPixels: boolean): ReadElement {
  const bytes = dataSet.bytes(key) ?? new Uint8Array(0);
  const meant = vr === 'US' && signedPixels && signedTags.has(key.slice(1)) ? 'SS' : vr;
  return { vr: meant, Value: bytes.length === 0 ? [] : valuesOf(dataSet, bytes, meant) };
}

/** Attributes that have the pixels' sign, where an implicit VR does not say so. */
const signedTags = new Set(['00280106', '00280107', '00280108', '00280109', '00280120', '00280121']);

function isSigned(dataSet: DataSet): boolean {
  return dataSet.uint16('x00280103') === 1;
}

const severalTexts = new Set(['AE', 'AS', 'CS', 'DA', 'DT', 'LO', 'SH', 'TM', 'UC', 'UI']);
const oneText = new Set(['LT', 'ST', 'UR', 'UT']);

function valuesOf(dataSet: DataSet, bytes: Uint8Array, vr: string): unknown[] {
  if (vr in numbers) return numbersOf(bytes, vr, dataSet.littleEndian);
  if (vr === 'AT') return tagsOf(bytes, dataSet.littleEndian);
  if (oneText.has(vr)) return [withoutEnd(dataSet.text(bytes, vr), blanks)];
  const isNumber = vr === 'IS' || vr === 'DS';
  if (severalTexts.has(vr) || isNumber || vr === 'PN') {
    const values = dataSet.text(bytes, vr).split('\\').map(withoutPadding);
    if (isNumber) return values.map(text => numberOrText(text, vr));
    return vr === 'PN' ? values.map(groupsOf) : values;
  }
  return [littleEndian(bytes, vr, dataSet.littleEndian).buffer];
}

function numberOrText(text: string, vr: string): number | string | null {
  if (text === '') return null;
  const number = vr === 'IS' ? integerOf(text) : decimalOf(text);
  return Number.isNaN(number) ? text : number;
}

const groupNames = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

/** The component groups of a Person Name (PS3.5 6.2). */
function groupsOf(name: string): Record<string, string> {
  const groups = name.split('=').map((text, i) => [groupNames[i], text] as const);
  return Object.fromEntries(groups.filter(([group, text]) => group !== undefined && text !== ''));
}

type NumberReader = {
  size: number;
  read(view: DataView, at: number, littleEndian: boolean): number | bigint;
};

const numbers: Readonly<Record<string, NumberReader>> = {
  US: { size: 2, read: (view, at, le) => view.getUint16(at, le) },
  SS: { size: 2, read: (view, at, le) => view.getInt16(at, le) },
  UL: { size: 4, read: (view, at, le) => view.getUint32(at, le) },
  SL: { size: 4, read: (view, at, le) => view.getInt32(at, le) },
  FL: { size: 4, read: (view, at, le) => view.getFloat32(at, le) },
  FD: { size: 8, read: (view, at, le) => view.getFloat64(at, le) },
  UV: { size: 8, read: (view, at, le) => view.getBigUint64(at, le) },
  SV: { size: 8, read: (view, at, le) => view.getBigInt64(at, le) },
};

function numbersOf(bytes: Uint8Array, vr: string, littleEndian: boolean): (number | bigint)[] {
  const { size, read } = numbers[vr];
  const view = viewOf(bytes);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    read(view, i * size, littleEndian),
  );
}

function tagsOf(bytes: Uint8Array, littleEndian: boolean): number[] {
  const view = viewOf(bytes);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => {
    return view.getUint16(4 * i, littleEndian) * 65536 + view.getUint16(4 * i + 2, littleEndian);
  });
}

const wordSizes: Readonly<Record<string, number>> = { OW: 2, OF: 4, OL: 4, OD: 8, OV: 8 };

/** A copy of a binary value in little endian order. */
function littleEndian(bytes: Uint8Array, vr: string, isLittle: boolean): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  const size = wordSizes[vr] ?? 1;
  if (isLittle || size === 1) return copy;
  for (let at = 0; at + size <= copy.length; at += size) copy.subarray(at, at + size).reverse();
  return copy;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
