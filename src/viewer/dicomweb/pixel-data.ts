import type { DataSet, Element } from '../../dicom/data-set';

/** Gives bytes of a file; fewer than asked for at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

const itemTag = 0xfffee000;
const sequenceEndTag = 0xfffee0dd;
/** Read at once: hundreds of thousands of empty items must not take as many reads. */
const windowBytes = 4096;

/**
 * Says what is missing of a file's pixel data, or nothing when it is whole.
 *
 * @param dataset the file's elements up to the pixel data
 * @param readAt reads the (inflated) file
 * @param size length of the (inflated) file, bytes
 */
export async function findMissingPixels(
  dataset: DataSet,
  readAt: ReadAt,
  size: number,
): Promise<string | undefined> {
  const element = dataset.elements.x7fe00010 as Element | undefined;
  if (!element) return undefined;
  if (element.encapsulated) return findMissingFragments(element.dataOffset, readAt, size);
  const present = Math.max(0, size - element.dataOffset);
  return present < element.length
    ? `the pixel data is cut off: ${present} of ${element.length} bytes are there`
    : undefined;
}

/** Walks over the items of encapsulated pixel data (PS3.5 annex A.4), reading their headers alone. */
async function findMissingFragments(
  start: number,
  readAt: ReadAt,
  size: number,
): Promise<string | undefined> {
  let offset = start;
  let [window, windowStart] = [Buffer.alloc(0), start];
  for (let item = 0; ; item++) {
    if (offset + 8 > windowStart + window.length) {
      [window, windowStart] = [Buffer.from(await readAt(offset, windowBytes)), offset];
    }
    const header = window.subarray(offset - windowStart, offset - windowStart + 8);
    if (header.length < 8) return `the compressed pixel data is cut off after ${item} items`;
    const tag = header.readUInt16LE(0) * 0x10000 + header.readUInt16LE(2);
    if (tag === sequenceEndTag) return undefined;
    if (tag !== itemTag) return `the compressed pixel data is damaged at item ${item + 1}`;
    offset += 8 + header.readUInt32LE(4);
    if (offset > size) return `the compressed pixel data is cut off in item ${item + 1}`;
  }
}
