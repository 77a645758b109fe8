/** Builds DICOM files byte by byte, so that the reader is tested against the standard's encoding and not against a writer. */

export type Encoding = 'explicit' | 'implicit' | 'big';

export interface RawElement {
  tag: number;
  vr: string;
  bytes: Uint8Array;
  /** Replaces the true length. */
  claimedLength?: number;
}

const LONG_VRS = new Set(['OB', 'OW', 'SQ', 'UN', 'UT', 'UC', 'OF', 'OD']);

export function us(tag: number, ...values: number[]): RawElement {
  return { tag, vr: 'US', bytes: words(values) };
}

export function ss(tag: number, ...values: number[]): RawElement {
  return { tag, vr: 'SS', bytes: words(values.map(v => v & 0xffff)) };
}

export function text(tag: number, vr: string, value: string): RawElement {
  const padded = value.length % 2 === 1 ? value + (vr === 'UI' ? '\0' : ' ') : value;
  return { tag, vr, bytes: new TextEncoder().encode(padded) };
}

/** Little endian words. */
export function words(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap(value => [value & 0xff, (value >> 8) & 0xff]));
}

export function sequence(tag: number, ...items: RawElement[][]): RawElement {
  const parts = items.map(item => {
    const body = concat(item.map(element => encodeElement(element, 'explicit')));
    return concat([words([0xfffe, 0xe000]), long(body.length), body]);
  });
  return { tag, vr: 'SQ', bytes: concat(parts) };
}

/** Pixel data in fragments (PS3.5 A.4) with an empty offset table. */
export function fragments(...frames: Uint8Array[]): RawElement {
  const items = [new Uint8Array(0), ...frames].map(frame => {
    const padded = frame.length % 2 === 1 ? concat([frame, Uint8Array.of(0)]) : frame;
    return concat([words([0xfffe, 0xe000]), long(padded.length), padded]);
  });
  return {
    tag: 0x7fe00010,
    vr: 'OB',
    bytes: concat([...items, words([0xfffe, 0xe0dd]), long(0)]),
    claimedLength: 0xffffffff,
  };
}

/** The image pixel module of a small greyscale image. */
export function imageElements(overrides: Partial<Record<string, number | string>> = {}): RawElement[] {
  const value = (name: string, fallback: number | string): number | string => overrides[name] ?? fallback;
  return [
    text(0x00080060, 'CS', String(value('modality', 'CR'))),
    us(0x00280002, Number(value('samples', 1))),
    text(0x00280004, 'CS', String(value('photometric', 'MONOCHROME2'))),
    ...('frames' in overrides ? [text(0x00280008, 'IS', String(overrides.frames))] : []),
    us(0x00280010, Number(value('rows', 2))),
    us(0x00280011, Number(value('columns', 3))),
    us(0x00280100, Number(value('allocated', 16))),
    us(0x00280101, Number(value('stored', 12))),
    us(0x00280102, Number(value('high', Number(value('stored', 12)) - 1))),
    us(0x00280103, Number(value('signed', 0))),
  ];
}

export function pixelData(bytes: Uint8Array, vr = 'OW'): RawElement {
  return { tag: 0x7fe00010, vr, bytes };
}

const SYNTAX: Record<Encoding, string> = {
  explicit: '1.2.840.10008.1.2.1',
  implicit: '1.2.840.10008.1.2',
  big: '1.2.840.10008.1.2.2',
};

/** A whole file: preamble, file meta information, elements in the order of their tags. */
export function dicomFile(
  elements: RawElement[],
  encoding: Encoding = 'explicit',
  syntax = SYNTAX[encoding],
): Uint8Array {
  const sorted = [...elements].sort((a, b) => a.tag - b.tag);
  return concat([fileMeta(syntax), ...sorted.map(element => encodeElement(element, encoding))]);
}

/** Preamble, DICM and group 2. */
export function fileMeta(syntax: string): Uint8Array {
  const meta = [
    text(0x00020002, 'UI', '1.2.840.10008.5.1.4.1.1.1'),
    text(0x00020003, 'UI', '2.25.1'),
    text(0x00020010, 'UI', syntax),
    text(0x00020012, 'UI', '2.25.2'),
  ].map(element => encodeElement(element, 'explicit'));
  const length = meta.reduce((sum, part) => sum + part.length, 0);
  const groupLength = encodeElement({ tag: 0x00020000, vr: 'UL', bytes: long(length) }, 'explicit');
  return concat([new Uint8Array(128), new TextEncoder().encode('DICM'), groupLength, ...meta]);
}

function encodeElement(element: RawElement, encoding: Encoding): Uint8Array {
  const big = encoding === 'big';
  const number = (value: number, size: 2 | 4): Uint8Array => {
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    if (size === 2) view.setUint16(0, value, !big);
    else view.setUint32(0, value, !big);
    return bytes;
  };
  const swapped = big && ['US', 'SS', 'OW'].includes(element.vr) ? swapWords(element.bytes) : element.bytes;
  const body = swapped.length % 2 === 1 ? concat([swapped, Uint8Array.of(0)]) : swapped;
  const length = element.claimedLength ?? body.length;
  const tag = concat([number(element.tag >>> 16, 2), number(element.tag & 0xffff, 2)]);
  if (encoding === 'implicit') return concat([tag, number(length, 4), body]);
  const vr = new TextEncoder().encode(element.vr);
  if (LONG_VRS.has(element.vr)) return concat([tag, vr, number(0, 2), number(length, 4), body]);
  return concat([tag, vr, number(length, 2), body]);
}

export function swapWords(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length + (bytes.length % 2));
  bytes.forEach((byte, i) => (swapped[i ^ 1] = byte));
  return swapped;
}

function long(value: number): Uint8Array {
  return words([value & 0xffff, value >>> 16]);
}

export function concat(parts: Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
