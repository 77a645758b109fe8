import { DataSet, type Element, type Fragment } from './data-set';
import { dictionaryVr } from './dictionary';

/** How data elements are written. */
export interface Encoding {
  explicit: boolean;
  littleEndian: boolean;
}

/** A data set that can't be walked through any further. */
export class WalkError extends Error {
  override name = 'WalkError';

  constructor(
    readonly kind: 'truncated' | 'damaged',
    message: string,
  ) {
    super(message);
  }
}

/** Value representations with a length of 16 bits (PS3.5 table 7.1-2); all others have one of 32, new ones as well. */
const short = new Set('AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '));
/** Value representations with a length of 32 bits (PS3.5 table 7.1-1). */
const long = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

const [ITEM, ITEM_END, SEQUENCE_END] = ['fffee000', 'fffee00d', 'fffee0dd'];
const PIXELS = '7fe00010';
const UNDEFINED = 0xffffffff;
const IMPLICIT: Encoding = { explicit: false, littleEndian: true };
/** Reports nest a dozen levels; each one takes room on the stack. */
const DEEPEST = 64;

interface Header {
  /** Eight hexadecimal digits. */
  tag: string;
  vr: string;
  length: number;
  dataOffset: number;
}

/** Whether the element at a place states a value representation of the standard. */
export function statesVr(bytes: Uint8Array, at: number): boolean {
  const vr = String.fromCharCode(bytes[at + 4], bytes[at + 5]);
  return short.has(vr) || long.has(vr);
}

export interface WalkOptions {
  /** Stops at the pixel data of the top level: of their element only place and length are told. */
  untilPixels?: boolean;
  /** Stops before the first element of another group. */
  group?: string;
}

/**
 * Reads all elements of the top level into a data set, with the items of sequences and the fragments of pixel data; no
 * value is read and nothing is allocated by a length that the file claims. Elements before a fault stay in the data set.
 *
 * @param at where the first element begins
 * @returns where the walk ended
 * @throws WalkError where the file ends within an element, or is damaged
 */
export function walk(dataSet: DataSet, at: number, encoding: Encoding, options: WalkOptions = {}): number {
  const bytes = dataSet.byteArray;
  const walker = new Walker(bytes);
  while (at < bytes.length) {
    if (bytes.length - at < 8) return leave(dataSet, at);
    if (
      options.group !== undefined &&
      walker.tagAt(at, encoding.littleEndian).slice(0, 4) !== options.group
    ) {
      return at;
    }
    const hasPixels = dataSet.reachedPixels;
    try {
      const header = walker.header(at, encoding);
      if (hasPixels && header.tag <= PIXELS) return leave(dataSet, at);
      if (header.tag === PIXELS) dataSet.reachedPixels = true;
      if (header.tag === PIXELS && options.untilPixels) {
        const encapsulated = header.length === UNDEFINED;
        const { vr, dataOffset } = header;
        const length = encapsulated ? bytes.length - dataOffset : header.length;
        dataSet.elements[`x${PIXELS}`] = { vr, dataOffset, length, ...(encapsulated && { encapsulated }) };
        return dataOffset;
      }
      const read = walker.element(header, dataSet, encoding, bytes.length, 0);
      dataSet.elements[`x${header.tag}`] = read.element;
      at = read.end;
    } catch (error) {
      // What follows the pixels and is no element is not the image's.
      if (error instanceof WalkError && hasPixels) return leave(dataSet, at);
      throw error;
    }
  }
  return at;
}

function leave(dataSet: DataSet, at: number): number {
  dataSet.trailingBytes = dataSet.byteArray.length - at;
  return at;
}

class Walker {
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  tagAt(at: number, littleEndian: boolean): string {
    const number = this.view.getUint16(at, littleEndian) * 65536 + this.view.getUint16(at + 2, littleEndian);
    return number.toString(16).padStart(8, '0');
  }

  header(at: number, { explicit, littleEndian }: Encoding): Header {
    this.need(at, 8);
    const tag = this.tagAt(at, littleEndian);
    if (tag.startsWith('fffe')) {
      return { tag, vr: '', length: this.view.getUint32(at + 4, littleEndian), dataOffset: at + 8 };
    }
    const stated = String.fromCharCode(this.bytes[at + 4], this.bytes[at + 5]);
    if (!explicit || !/^[A-Z]{2}$/.test(stated)) {
      // Some explicit files hold single elements without a value representation.
      const length = this.view.getUint32(at + 4, littleEndian);
      return { tag, vr: dictionaryVr(tag) ?? 'UN', length, dataOffset: at + 8 };
    }
    const isShort = short.has(stated) || (!long.has(stated) && this.view.getUint16(at + 6) !== 0);
    if (isShort) {
      return { tag, vr: stated, length: this.view.getUint16(at + 6, littleEndian), dataOffset: at + 8 };
    }
    this.need(at, 12);
    return { tag, vr: stated, length: this.view.getUint32(at + 8, littleEndian), dataOffset: at + 12 };
  }

  element(
    header: Header,
    dataSet: DataSet,
    encoding: Encoding,
    limit: number,
    depth: number,
  ): { element: Element; end: number } {
    const { tag, vr, length, dataOffset } = header;
    if (tag.startsWith('fffe')) throw new WalkError('damaged', `A delimiter stands where an element should.`);
    if (length === UNDEFINED) return this.undefinedLength(header, dataSet, encoding, limit, depth);
    const end = dataOffset + length;
    if (end > limit) {
      throw new WalkError(
        limit < this.bytes.length ? 'damaged' : 'truncated',
        `${tag} ends beyond its data set.`,
      );
    }
    if (vr === 'SQ') {
      const { items } = this.items(dataOffset, end, dataSet, encoding, depth);
      return { element: { vr, dataOffset, length, items }, end };
    }
    const meant = vr === 'UN' && encoding.littleEndian ? dictionaryVr(tag) : undefined;
    if (meant === 'SQ') {
      // A standard attribute that some system on the way did not know (PS3.5 6.2.2).
      const items = this.itemsOrNone(dataOffset, end, dataSet, depth);
      return { element: { vr: items ? 'SQ' : vr, dataOffset, length, ...(items && { items }) }, end };
    }
    return { element: { vr: meant ?? vr, dataOffset, length }, end };
  }

  private undefinedLength(
    { tag, vr, dataOffset }: Header,
    dataSet: DataSet,
    encoding: Encoding,
    limit: number,
    depth: number,
  ): { element: Element; end: number } {
    const isPixels = tag === PIXELS || (encoding.explicit && (vr === 'OB' || vr === 'OW'));
    if (isPixels) return this.fragments(vr, dataOffset, encoding.littleEndian, limit);
    if (encoding.explicit && vr !== 'SQ' && vr !== 'UN') {
      throw new WalkError('damaged', `${tag} has no length.`);
    }
    // UN of undefined length is a sequence in implicit VR, whatever the transfer syntax (PS3.5 6.2.2, CP-246).
    const inner = vr === 'UN' ? IMPLICIT : encoding;
    const { items, end, contentEnd } = this.items(dataOffset, undefined, dataSet, inner, depth, limit);
    return { element: { vr: 'SQ', dataOffset, length: contentEnd - dataOffset, items }, end };
  }

  /** Items up to an end, or up to a delimiter where there is none. Lengths of delimiters mean nothing. */
  private items(
    at: number,
    end: number | undefined,
    parent: DataSet,
    encoding: Encoding,
    depth: number,
    limit = end ?? 0,
  ): { items: DataSet[]; end: number; contentEnd: number } {
    if (depth >= DEEPEST) throw new WalkError('damaged', 'Sequences are nested too deep.');
    const items: DataSet[] = [];
    while (end === undefined || at < end) {
      if (at + 8 > limit) throw this.endsIn(limit, 'A sequence');
      const { tag, length, dataOffset } = this.header(at, encoding);
      if (tag === SEQUENCE_END) {
        if (end === undefined) return { items, end: dataOffset, contentEnd: at };
        at = dataOffset;
        continue;
      }
      if (tag !== ITEM) throw new WalkError('damaged', 'A sequence holds something that is no item.');
      const item = new DataSet(this.bytes, encoding.littleEndian, parent);
      at = this.item(item, dataOffset, length, encoding, limit, depth + 1);
      items.push(item);
    }
    return { items, end: at, contentEnd: at };
  }

  private item(
    item: DataSet,
    at: number,
    length: number,
    encoding: Encoding,
    limit: number,
    depth: number,
  ): number {
    const end = length === UNDEFINED ? undefined : at + length;
    if (end !== undefined && end > limit) throw this.endsIn(limit, 'An item');
    while (end === undefined || at < end) {
      if (at + 8 > (end ?? limit)) throw this.endsIn(end ?? limit, 'An item');
      const header = this.header(at, encoding);
      if (header.tag === ITEM_END) {
        at = header.dataOffset;
        if (end === undefined) return at;
        continue;
      }
      const read = this.element(header, item, encoding, end ?? limit, depth);
      item.elements[`x${header.tag}`] = read.element;
      at = read.end;
    }
    return at;
  }

  private itemsOrNone(at: number, end: number, parent: DataSet, depth: number): DataSet[] | undefined {
    try {
      return this.items(at, end, parent, IMPLICIT, depth).items;
    } catch (error) {
      if (error instanceof WalkError) return undefined;
      throw error;
    }
  }

  /** Encapsulated pixel data (PS3.5 A.4): an offset table, fragments, a delimiter. */
  private fragments(
    vr: string,
    start: number,
    littleEndian: boolean,
    limit: number,
  ): { element: Element; end: number } {
    const fragments: Fragment[] = [];
    let basicOffsetTable: number[] | undefined;
    for (let at = start; ;) {
      if (at + 8 > limit) throw this.endsIn(limit, 'The compressed pixel data');
      const tag = this.tagAt(at, littleEndian);
      const length = this.view.getUint32(at + 4, littleEndian);
      if (tag === SEQUENCE_END) {
        const element = { vr, dataOffset: start, length: at - start, fragments, encapsulated: true };
        return { element: { ...element, basicOffsetTable: basicOffsetTable ?? [] }, end: at + 8 };
      }
      if (tag !== ITEM)
        throw new WalkError('damaged', 'The compressed pixel data hold something that is no fragment.');
      if (at + 8 + length > limit) throw this.endsIn(limit, 'The compressed pixel data');
      if (basicOffsetTable) fragments.push({ position: at + 8, length });
      else {
        basicOffsetTable = Array.from({ length: length >> 2 }, (_, i) =>
          this.view.getUint32(at + 8 + 4 * i, littleEndian),
        );
      }
      at += 8 + length;
    }
  }

  private need(at: number, count: number): void {
    if (at + count > this.bytes.length) throw this.endsIn(this.bytes.length, 'The data set');
  }

  private endsIn(limit: number, what: string): WalkError {
    const kind = limit < this.bytes.length ? 'damaged' : 'truncated';
    return new WalkError(kind, `${what} ends before its content does.`);
  }
}
