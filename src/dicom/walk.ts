import { DataSet, type Element, type Fragment } from './data-set';
import { dictionaryVr } from './dictionary';
import { decides, Duplicates, tagName } from './duplicates';
import { mostElements, ReadingCost } from './reading-cost';

/** How data elements are written. */
export interface Encoding {
  explicit: boolean;
  littleEndian: boolean;
}

/** A data set that can't be walked through any further. */
export class WalkError extends Error {
  override name = 'WalkError';

  constructor(
    readonly kind: 'truncated' | 'damaged' | 'ambiguous' | 'excessive',
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

/** Where the items of a sequence lie. */
interface Sequence {
  start: number;
  /** Where they end; undefined where a delimiter says so. */
  end: number | undefined;
  /** Where what is around them ends. */
  limit: number;
  encoding: Encoding;
  /** How many items of sequences are around them. */
  depth: number;
}

/** An element, the place behind it, and where its items lie. */
interface Read {
  element: Element;
  end: number;
  sequence?: Sequence;
}

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
 * Reads all elements of the top level into a data set. What is inside of them is walked through and checked, but made only
 * when it is asked for: no value is read, no item made, nothing allocated by a length that the file claims. Elements before
 * a fault stay in the data set. Of an attribute that stands twice the first is kept, with a caution.
 *
 * @param at where the first element begins
 * @returns where the walk ended
 * @throws WalkError where the file ends within an element, is damaged, holds more than its length allows, or gives an
 *   attribute that decides about the image twice with different content
 */
export function walk(dataSet: DataSet, at: number, encoding: Encoding, options: WalkOptions = {}): number {
  const walker = new Walker(dataSet.byteArray, new ReadingCost(dataSet.byteArray.length));
  try {
    return walkTopLevel(walker, dataSet, at, encoding, options);
  } finally {
    const caution = walker.duplicates.caution();
    if (caution) dataSet.cautions.push(caution);
  }
}

function walkTopLevel(
  walker: Walker,
  dataSet: DataSet,
  at: number,
  encoding: Encoding,
  options: WalkOptions,
): number {
  const bytes = dataSet.byteArray;
  const add = walker.adderTo(dataSet);
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
      const isKnown = dataSet.elements[`x${header.tag}`] !== undefined;
      if (hasPixels && header.tag <= PIXELS && !isKnown) return leave(dataSet, at);
      if (header.tag === PIXELS) dataSet.reachedPixels = true;
      if (header.tag === PIXELS && options.untilPixels) {
        const encapsulated = header.length === UNDEFINED;
        const { vr, dataOffset } = header;
        const length = encapsulated ? bytes.length - dataOffset : header.length;
        dataSet.elements[`x${PIXELS}`] = { vr, dataOffset, length, ...(encapsulated && { encapsulated }) };
        return dataOffset;
      }
      const read = walker.element(header, encoding, bytes.length, 0);
      add(header.tag, read);
      at = read.end;
    } catch (error) {
      // What follows the pixels and is no element is not the image's.
      if (isBroken(error) && hasPixels) return leave(dataSet, at);
      throw error;
    }
  }
  return at;
}

function leave(dataSet: DataSet, at: number): number {
  dataSet.trailingBytes = dataSet.byteArray.length - at;
  return at;
}

/** Whether bytes are no elements, or not all that they should be. */
function isBroken(error: unknown): boolean {
  return error instanceof WalkError && (error.kind === 'truncated' || error.kind === 'damaged');
}

/** Takes the next element of a data set. */
type Add = (tag: string, read: Read) => void;

class Walker {
  readonly duplicates = new Duplicates();
  private readonly view: DataView;

  /** @param cost counts what is walked through; absent where that was counted before */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly cost?: ReadingCost,
  ) {
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

  element(header: Header, encoding: Encoding, limit: number, depth: number): Read {
    const { tag, vr, length, dataOffset } = header;
    if (tag.startsWith('fffe')) throw new WalkError('damaged', `A delimiter stands where an element should.`);
    if (length === UNDEFINED) return this.undefinedLength(header, encoding, limit, depth);
    const end = dataOffset + length;
    if (end > limit) {
      throw new WalkError(
        limit < this.bytes.length ? 'damaged' : 'truncated',
        `${tag} ends beyond its data set.`,
      );
    }
    const meant = vr === 'UN' && encoding.littleEndian ? dictionaryVr(tag) : undefined;
    // An unknown VR may be that of a standard attribute that some system on the way did not know (PS3.5 6.2.2).
    const sequence = { start: dataOffset, end, limit: end, encoding: meant ? IMPLICIT : encoding, depth };
    if (vr === 'SQ' || (meant === 'SQ' && this.areItems(sequence))) {
      if (vr === 'SQ') this.passItems(sequence);
      this.count('SQ', dataOffset, 0);
      return { element: { vr: 'SQ', dataOffset, length }, end, sequence };
    }
    const known = meant && meant !== 'SQ' ? meant : vr;
    this.count(known, dataOffset, tag === PIXELS ? 0 : length);
    return { element: { vr: known, dataOffset, length }, end };
  }

  private undefinedLength(
    { tag, vr, dataOffset }: Header,
    encoding: Encoding,
    limit: number,
    depth: number,
  ): Read {
    const isPixels = tag === PIXELS || (encoding.explicit && (vr === 'OB' || vr === 'OW'));
    if (isPixels) return this.fragments(vr, dataOffset, encoding.littleEndian, limit);
    if (encoding.explicit && vr !== 'SQ' && vr !== 'UN') {
      throw new WalkError('damaged', `${tag} has no length.`);
    }
    this.count('SQ', dataOffset, 0);
    // UN of undefined length is a sequence in implicit VR, whatever the transfer syntax (PS3.5 6.2.2, CP-246).
    const inner = vr === 'UN' ? IMPLICIT : encoding;
    const sequence = { start: dataOffset, end: undefined, limit, encoding: inner, depth };
    const { end, contentEnd } = this.passItems(sequence);
    return { element: { vr: 'SQ', dataOffset, length: contentEnd - dataOffset }, end, sequence };
  }

  private count(vr: string, at: number, length: number): void {
    if (this.cost?.addElement(vr, this.bytes.subarray(at, at + length)) === false) throw excessive();
  }

  /** Walks through the items of a sequence. Lengths of delimiters mean nothing. */
  private passItems(sequence: Sequence): { end: number; contentEnd: number } {
    const items = this.items(sequence, () => this.adder());
    for (;;) {
      const next = items.next();
      if (next.done) return next.value;
      if (this.cost?.add('item') === false) throw excessive();
    }
  }

  /** Items up to an end, or up to a delimiter where there is none. */
  private *items(
    { start, end, limit, encoding, depth }: Sequence,
    open: () => Add,
  ): Generator<undefined, { end: number; contentEnd: number }> {
    if (depth >= DEEPEST) throw new WalkError('damaged', 'Sequences are nested too deep.');
    let at = start;
    while (end === undefined || at < end) {
      if (at + 8 > limit) throw this.endsIn(limit, 'A sequence');
      const { tag, length, dataOffset } = this.header(at, encoding);
      if (tag === SEQUENCE_END) {
        if (end === undefined) return { end: dataOffset, contentEnd: at };
        at = dataOffset;
        continue;
      }
      if (tag !== ITEM) throw new WalkError('damaged', 'A sequence holds something that is no item.');
      at = this.item(open(), dataOffset, length, encoding, limit, depth + 1);
      yield;
    }
    return { end: at, contentEnd: at };
  }

  private item(
    add: Add,
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
      const read = this.element(header, encoding, end ?? limit, depth);
      add(header.tag, read);
      at = read.end;
    }
    return at;
  }

  /** Makes the items of a sequence that was walked through before. */
  private *itemsOf(sequence: Sequence, parent: DataSet): Generator<DataSet> {
    let item = parent;
    const open = (): Add => {
      item = new DataSet(this.bytes, sequence.encoding.littleEndian, parent);
      return this.adderTo(item);
    };
    for (const _ of this.items(sequence, open)) yield item;
  }

  /** Puts elements into a data set; those inside of them are made when they are asked for. */
  adderTo(dataSet: DataSet): Add {
    const take = this.adder(dataSet.elements);
    return (tag, read) => {
      const { element, sequence } = read;
      if (sequence) element.items = () => new Walker(this.bytes).itemsOf(sequence, dataSet);
      take(tag, read);
    };
  }

  /** Gathers the elements of one data set, each attribute once. */
  private adder(elements?: Record<string, Element>): Add {
    let count = 0;
    return (tag, { element }) => {
      elements ??= {};
      const key = `x${tag}`;
      const first = elements[key];
      if (first === undefined) {
        if (++count > mostElements) throw excessive();
        elements[key] = element;
        return;
      }
      if (decides(tag) && !this.areSame(first, element)) {
        throw new WalkError(
          'ambiguous',
          `${tagName(tag)} stands twice in the header, with different content, and programs differ in which they read.`,
        );
      }
      this.duplicates.add(tag);
    };
  }

  private areSame(one: Element, other: Element): boolean {
    if (one.length !== other.length) return false;
    for (let i = 0; i < one.length; i++) {
      if (this.bytes[one.dataOffset + i] !== this.bytes[other.dataOffset + i]) return false;
    }
    return true;
  }

  private areItems(sequence: Sequence): boolean {
    try {
      this.passItems(sequence);
      return true;
    } catch (error) {
      if (isBroken(error)) return false;
      throw error;
    }
  }

  /** Encapsulated pixel data (PS3.5 A.4): an offset table, fragments, a delimiter. */
  private fragments(vr: string, start: number, littleEndian: boolean, limit: number): Read {
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
      if (this.cost?.add('fragment') === false) throw excessive();
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

function excessive(): WalkError {
  return new WalkError('excessive', 'The header holds far more elements, items or values than an image has.');
}
