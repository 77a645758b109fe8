import dcmjs from 'dcmjs';
import type { DcmjsElement, DcmjsFile, DcmjsReadOptions } from 'dcmjs';
import dicomParser from 'dicom-parser';
import { decodeWithEscapes } from './character-sets';

/**
 * Reads a file as dcmjs does, with text in Unicode also where the file changes between character sets, as Japanese, Korean
 * and multilingual files do; dcmjs alone refuses those.
 *
 * @throws what dcmjs says of a damaged file
 */
export function readByDcmjs(bytes: Uint8Array, options: DcmjsReadOptions): Pick<DcmjsFile, 'meta' | 'dict'> {
  const sets = severalCharacterSets(bytes);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  if (!sets) return dcmjs.data.DicomMessage.readFile(buffer, options);
  new Uint8Array(buffer).set(sets.oneByOne, sets.offset);
  const { meta, dict } = dcmjs.data.DicomMessage.readFile(buffer, options);
  return { meta, dict: decoded(dict, sets.stated) };
}

/** What the file states in place of this is read as bytes and decoded afterwards: each byte is one character of Latin 1. */
const byteByByte = 'ISO_IR 100';

/** Where a file states several character sets, and what to put there. */
function severalCharacterSets(
  bytes: Uint8Array,
): { stated: string[]; offset: number; oneByOne: Uint8Array } | undefined {
  let element: dicomParser.Element | undefined;
  let stated = '';
  try {
    const dataSet = dicomParser.parseDicom(bytes, { untilTag: 'x00080005' });
    element = dataSet.elements.x00080005;
    stated = dataSet.string('x00080005') ?? '';
    // Of a deflated file the place is one in the inflated data.
    if (dataSet.byteArray !== bytes) return undefined;
  } catch {
    return undefined;
  }
  if (!element || !stated.includes('\\') || element.length < byteByByte.length) return undefined;
  const oneByOne = new TextEncoder().encode(byteByByte.padEnd(element.length));
  return { stated: stated.split('\\'), offset: element.dataOffset, oneByOne };
}

type Dict = Record<string, DcmjsElement>;

/** Value representations that Specific Character Set is about (PS3.5 6.1.2.2). */
const textual = new Set(['SH', 'LO', 'ST', 'LT', 'UC', 'UT', 'PN']);
const severalValues = new Set(['SH', 'LO', 'UC', 'PN']);

function decoded(dict: Dict, stated: readonly string[]): Dict {
  const entries = Object.entries(dict).map(([tag, element]): [string, DcmjsElement] => {
    const { vr, Value: values, _rawValue: raw = values } = element;
    if (!Array.isArray(values)) return [tag, element];
    if (vr === 'SQ') return [tag, { vr, Value: values.map(item => decoded(item as Dict, stated)) }];
    return vr && textual.has(vr) ? [tag, { vr, Value: decodedValues(vr, raw, stated) }] : [tag, element];
  });
  return Object.fromEntries(entries);
}

/** A byte of a character may look like the backslash between values or a name's "=": so together first, then apart. */
function decodedValues(vr: string, raw: unknown, stated: readonly string[]): unknown[] {
  const whole = Array.isArray(raw) ? raw.join('\\') : String(raw);
  const isName = vr === 'PN';
  const text = decodeWithEscapes(bytesOf(whole), stated, isName);
  const apart = (severalValues.has(vr) ? text.split('\\') : [text]).map(value => value.trim());
  return isName ? apart.map(groupsOf) : apart;
}

const groupNames = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

function groupsOf(name: string): Record<string, string> {
  const groups = name.split('=').map((text, i) => [groupNames[i], text] as const);
  return Object.fromEntries(groups.filter(([group, text]) => group !== undefined && text !== ''));
}

/** Bytes from 128 on of what the web calls Latin 1, by character. */
const highBytes = new Map(
  Array.from({ length: 128 }, (_, i): [string, number] => {
    const byte = 128 + i;
    return [new TextDecoder('iso-8859-1').decode(Uint8Array.of(byte)), byte];
  }),
);

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, character => highBytes.get(character) ?? character.charCodeAt(0));
}
