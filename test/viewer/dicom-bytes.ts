/** Writes small DICOM files byte by byte after PS3.5 and PS3.10, so that tests lean on no library's writer. */

type Value = string | number[] | Uint8Array | Item[];
export type Element = [tag: string, vr: string, value: Value];
type Item = Element[];

const explicitLittle = '1.2.840.10008.1.2.1';

/** A DICOM file: preamble, file meta information, dataset; elements must be in ascending order. */
export function dicomFile(elements: Element[], transferSyntax = explicitLittle): Buffer {
  const big = transferSyntax === '1.2.840.10008.1.2.2';
  const meta = Buffer.concat(
    (
      [
        ['00020001', 'OB', Uint8Array.of(0, 1)],
        ['00020002', 'UI', textOf(elements, '00080016')],
        ['00020003', 'UI', textOf(elements, '00080018')],
        ['00020010', 'UI', transferSyntax],
        ['00020012', 'UI', '1.2.3.4'],
      ] as Element[]
    ).map(element => encode(element, false)),
  );
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    encode(['00020000', 'UL', [meta.length]], false),
    meta,
    ...elements.map(element => encode(element, big)),
  ]);
}

/** A one-frame 16-bit greyscale image with the given identity. */
export function image(
  uids: { study: string; series: string; instance: string },
  changes: Partial<Record<string, Element>> = {},
  pixels: Element = ['7FE00010', 'OW', words([1, 2, 3, 4, 5, 6])],
): Element[] {
  const elements: Element[] = [
    ['00080005', 'CS', 'ISO_IR 192'],
    ['00080016', 'UI', '1.2.840.10008.5.1.4.1.1.1'],
    ['00080018', 'UI', uids.instance],
    ['00080020', 'DA', '20240110'],
    ['00080030', 'TM', '101500'],
    ['00080050', 'SH', 'A1'],
    ['00080060', 'CS', 'CR'],
    ['00081030', 'LO', 'Chest'],
    ['00100010', 'PN', 'Müller^Änne'],
    ['00100020', 'LO', 'P1'],
    ['0020000D', 'UI', uids.study],
    ['0020000E', 'UI', uids.series],
    ['00200011', 'IS', '1'],
    ['00200013', 'IS', '1'],
    ['00280002', 'US', [1]],
    ['00280004', 'CS', 'MONOCHROME2'],
    ['00280010', 'US', [2]],
    ['00280011', 'US', [3]],
    ['00280100', 'US', [16]],
    ['00280101', 'US', [12]],
    ['00280102', 'US', [11]],
    ['00280103', 'US', [0]],
    pixels,
  ];
  const byTag = new Map(elements.map(element => [element[0], element]));
  for (const element of Object.values(changes)) if (element) byTag.set(element[0], element);
  return [...byTag.values()].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** 16-bit values, little endian. */
export function words(values: number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(values).buffer);
}

/** Encapsulated pixel data: an offset table, then one item a fragment. */
export function encapsulated(fragments: Uint8Array[], offsets: number[] = []): Buffer {
  const table = Buffer.alloc(4 * offsets.length);
  offsets.forEach((offset, index) => table.writeUInt32LE(offset, 4 * index));
  const item = (bytes: Uint8Array) => {
    const header = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
    header.writeUInt32LE(bytes.length, 4);
    return Buffer.concat([header, bytes]);
  };
  const end = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
  return Buffer.concat([item(table), ...fragments.map(item), end]);
}

const longVrs = new Set(['OB', 'OW', 'OF', 'OD', 'OL', 'UN', 'SQ', 'UT', 'UC', 'UR']);

function encode([tag, vr, value]: Element, big: boolean): Buffer {
  const undefinedLength = vr === 'OB' && tag === '7FE00010';
  const body = encodeValue(vr, value, big);
  const write16 = (number: number) => number16(number, big);
  const header = [
    write16(parseInt(tag.slice(0, 4), 16)),
    write16(parseInt(tag.slice(4), 16)),
    Buffer.from(vr, 'latin1'),
  ];
  const length = undefinedLength ? 0xffffffff : body.length;
  if (longVrs.has(vr)) header.push(Buffer.alloc(2), number32(length, big));
  else header.push(write16(length));
  return Buffer.concat([...header, body]);
}

function encodeValue(vr: string, value: Value, big: boolean): Buffer {
  if (typeof value === 'string') return pad(Buffer.from(value, 'utf8'), vr === 'UI' ? 0 : 0x20);
  if (value instanceof Uint8Array) return pad(Buffer.from(value), 0);
  if (vr === 'SQ') return Buffer.concat((value as Item[]).map(item => encodeItem(item, big)));
  const numbers = value as number[];
  return Buffer.concat(numbers.map(number => (vr === 'UL' ? number32(number, big) : number16(number, big))));
}

function encodeItem(item: Item, big: boolean): Buffer {
  const body = Buffer.concat(item.map(element => encode(element, big)));
  return Buffer.concat([number16(0xfffe, big), number16(0xe000, big), number32(body.length, big), body]);
}

function pad(buffer: Buffer, filler: number): Buffer {
  return buffer.length % 2 === 0 ? buffer : Buffer.concat([buffer, Buffer.from([filler])]);
}

function number16(value: number, big: boolean): Buffer {
  const buffer = Buffer.alloc(2);
  if (big) buffer.writeUInt16BE(value);
  else buffer.writeUInt16LE(value);
  return buffer;
}

function number32(value: number, big: boolean): Buffer {
  const buffer = Buffer.alloc(4);
  if (big) buffer.writeUInt32BE(value);
  else buffer.writeUInt32LE(value);
  return buffer;
}

function textOf(elements: Element[], tag: string): string {
  return String(elements.find(([name]) => name === tag)?.[2] ?? '');
}
