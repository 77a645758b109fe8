import { withoutPadding } from './value-padding';
import { decoderFor, type TextDecoding } from './text';

/** A piece of encapsulated pixel data (PS3.5 A.4): where its bytes lie. */
export interface Fragment {
  position: number;
  length: number;
}

/** One data element: where its value lies, and what is inside of it. */
export interface Element {
  /** As stated, or after the dictionary where the file states none (implicit VR) or UN for a standard attribute. */
  vr: string;
  dataOffset: number;
  /** Bytes of the value; as claimed, and with an undefined length up to the delimiter. */
  length: number;
  /** Makes the items of a sequence, one after the other, each time anew: a file may have very many. */
  items?: () => Iterable<DataSet>;
  /** Encapsulated pixel data without its offset table; absent where the walk ended before them. */
  fragments?: Fragment[];
  /** Offsets of the frames from the first fragment on; empty where there are none. */
  basicOffsetTable?: number[];
  /** Whether the pixel data lie in fragments. */
  encapsulated?: boolean;
}

/** Value representations whose text Specific Character Set is about (PS3.5 6.1.2.2). */
const encoded = new Set(['SH', 'LO', 'ST', 'LT', 'UC', 'UT', 'PN']);

/** A data set as it lies in a file: elements by tag (`x00100010`), values read on demand and never beyond the bytes. */
export class DataSet {
  readonly elements: Record<string, Element> = {};
  /** What is odd about the file though it can be read, in words that hold no header value. */
  readonly cautions: string[] = [];
  /** Whether the walk came to the pixel data of the top level. */
  reachedPixels = false;
  /** Bytes behind the last element that belong to none. */
  trailingBytes = 0;
  private decoding: TextDecoding | undefined;

  /**
   * @param byteArray the whole file, a deflated part inflated
   * @param littleEndian byte order of this data set's values
   * @param parent the data set that this one is an item of: its character set holds here too
   */
  constructor(
    readonly byteArray: Uint8Array,
    readonly littleEndian: boolean,
    private readonly parent?: DataSet,
  ) {}

  /** The bytes of a value; fewer where the file ends before. */
  bytes(tag: string): Uint8Array | undefined {
    const element = this.elements[tag];
    return element && this.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  }

  /** The items of a sequence, made as they are asked for; none where the attribute is absent. */
  items(tag: string): Iterable<DataSet> {
    return this.elements[tag]?.items?.() ?? [];
  }

  /** The first item of a sequence. */
  firstItem(tag: string): DataSet | undefined {
    for (const item of this.items(tag)) return item;
    return undefined;
  }

  /** An unsigned word of a binary value; undefined where the value is shorter. */
  uint16(tag: string, index = 0): number | undefined {
    const bytes = this.bytes(tag);
    if (!bytes || bytes.length < 2 * index + 2) return undefined;
    const [first, second] = [bytes[2 * index], bytes[2 * index + 1]];
    return this.littleEndian ? first | (second << 8) : second | (first << 8);
  }

  /** A text, all its values, without padding; undefined where the attribute is absent or empty. */
  string(tag: string): string | undefined {
    const bytes = this.bytes(tag);
    if (!bytes || bytes.length === 0) return undefined;
    const text = this.text(bytes, this.elements[tag].vr);
    return withoutPadding(text);
  }

  /** Text of some bytes in the character set that holds here. */
  text(bytes: Uint8Array, vr: string): string {
    const decoding = encoded.has(vr) ? this.characterSet() : decoderFor([]);
    return decoding.decode(bytes, vr === 'PN');
  }

  /** The character set of this data set: its own, or that of the one around it. */
  characterSet(): TextDecoding {
    if (this.decoding) return this.decoding;
    const bytes = this.bytes('x00080005');
    if (!bytes && this.parent) return (this.decoding = this.parent.characterSet());
    const stated = bytes ? String.fromCharCode(...bytes.subarray(0, 1024)).replace(/\0/g, '') : '';
    return (this.decoding = decoderFor(stated.split('\\').map(term => term.trim())));
  }
}
