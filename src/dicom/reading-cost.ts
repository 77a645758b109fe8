/** What elements, items and values take when all of them are read, bytes: measured in V8, rounded up. */
const costs = { element: 200, item: 200, fragment: 50, name: 150, text: 40, number: 24 };
const textCostPerByte = 4;

const textVrs = new Set('AE AS CS DA DT LO LT SH ST TM UC UI UR UT'.split(' '));
const single = new Set(['LT', 'ST', 'UR', 'UT']);
const numberSizes: Readonly<Record<string, number>> = {
  US: 2,
  SS: 2,
  UL: 4,
  SL: 4,
  FL: 4,
  AT: 4,
  FD: 8,
  UV: 8,
  SV: 8,
};

/** A data set of its own has at most so many elements (PS3.6 knows some 5,000), a file so many of all kinds. */
export const mostElements = 1 << 16;
const mostParts = 1 << 20;

const MiB = 1024 * 1024;
const leastAllowance = 16 * MiB;
const mostAllowance = 128 * MiB;

/** Most memory that a file's elements, items and values may take when they are read, in bytes, by the file's length. */
function allowanceOf(fileLength: number): number {
  return Math.min(mostAllowance, leastAllowance + 4 * fileLength);
}

/**
 * Counts what reading a file would take, before anything of it is made: eight bytes are an empty item, and two are a value
 * of a text, which both take a hundred times as much in memory.
 */
export class ReadingCost {
  private bytes = 0;
  private parts = 0;
  private readonly allowance: number;

  /** @param fileLength bytes of the file, a deflated part inflated */
  constructor(fileLength: number) {
    this.allowance = allowanceOf(fileLength);
  }

  /** Whether a part more still fits. */
  add(part: 'item' | 'fragment'): boolean {
    return this.spend(costs[part]);
  }

  /** Whether an element still fits, with all its values. Binary values are not counted: they take what they take in the file. */
  addElement(vr: string, value: Uint8Array): boolean {
    return this.spend(costs.element + costOfValues(vr, value));
  }

  private spend(bytes: number): boolean {
    this.bytes += bytes;
    this.parts += 1;
    return this.bytes <= this.allowance && this.parts <= mostParts;
  }
}

function costOfValues(vr: string, value: Uint8Array): number {
  if (vr in numberSizes) return costs.number * (value.length / numberSizes[vr]);
  if (vr === 'PN') return costs.name * countValues(value) + textCostPerByte * value.length;
  if (vr === 'DS' || vr === 'IS') return costs.number * countValues(value) + value.length;
  if (!textVrs.has(vr)) return 0;
  return costs.text * (single.has(vr) ? 1 : countValues(value)) + textCostPerByte * value.length;
}

/** Values between backslashes. */
function countValues(value: Uint8Array): number {
  let count = 1;
  for (let at = value.indexOf(0x5c); at >= 0; at = value.indexOf(0x5c, at + 1)) count++;
  return count;
}
