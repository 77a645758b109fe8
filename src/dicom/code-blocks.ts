/** A code block size that a JPEG 2000 codestream asks for: exponents as they are written, 2 less than the real ones. */
export interface CodeBlock {
  width: number;
  height: number;
  /** Whether the wavelet is the one with loss, 9-7 (T.800, table A.20). */
  irreversible: boolean;
}

const [COD, COC, SOT, SOD, EOC] = [0xff52, 0xff53, 0xff90, 0xff93, 0xffd9];

/**
 * The code block sizes of a JPEG 2000 codestream, from its main header and its tile-part headers (ITU-T T.800, A.6.1,
 * A.6.2): decoders allocate by them before they look at anything else.
 *
 * @param start where the codestream starts
 * @returns undefined where a header is cut off
 */
export function codeBlocks(frame: Uint8Array, start: number): CodeBlock[] | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const found: CodeBlock[] = [];
  let at = start + 2; // behind SOC
  let tilePart = 0;
  let tileLength = 0;
  while (at + 4 <= frame.length) {
    const marker = view.getUint16(at);
    if (marker === EOC) return found;
    if (marker === SOD) {
      // A length of 0 reaches to the end of the codestream.
      if (tileLength === 0) return found;
      at = Math.max(at + 2, tilePart + tileLength);
      continue;
    }
    if (marker < 0xff00) return undefined;
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > frame.length) return undefined;
    if (marker === SOT && length >= 10) {
      tilePart = at;
      tileLength = view.getUint32(at + 6);
    }
    const block = blockAt(marker, at, length);
    if (block !== undefined) {
      found.push({ width: frame[block], height: frame[block + 1], irreversible: frame[block + 3] === 0 });
    }
    at += 2 + length;
  }
  return found;
}

/** Where a marker segment has its code block size. */
function blockAt(marker: number, at: number, length: number): number | undefined {
  if (marker === COD && length >= 12) return at + 10;
  if (marker === COC && length >= 9) return at + 7;
  return undefined;
}

/** Whether the standard allows a size (T.800, table A.18): sides of 4 to 1024, no more than 4096 samples. */
export function isAllowed({ width, height }: CodeBlock): boolean {
  return width <= 8 && height <= 8 && width + height <= 8;
}
