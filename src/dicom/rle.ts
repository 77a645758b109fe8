import { DicomImageError } from './errors';
import type { PixelFormat } from './pixel-format';

/** A frame's header: the number of segments and fifteen offsets (PS3.5 G.5). */
const HEADER_BYTES = 64;

/**
 * Decodes an RLE frame (PS3.5 annex G): a segment for each byte of a pixel, the highest first. Every segment must hold
 * exactly the bytes that the header asks for, but for padding at its end: codecs fill up with zeros what is missing, or
 * leave out what is too much, and either is another picture.
 *
 * @returns stored pixels, little endian, `format.bytesPerPixel` a pixel
 * @throws DicomImageError `damaged` where number or length of the segments do not fit the header
 */
export function decodeRle(frame: Uint8Array, format: PixelFormat): Uint8Array {
  const { rows, columns, bytesPerPixel } = format;
  const pixels = rows * columns;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const count = frame.length >= HEADER_BYTES ? view.getUint32(0, true) : 0;
  if (count !== bytesPerPixel) {
    throw rleError(
      `The header says ${format.bitsAllocated} bits a pixel, which are ${bytesPerPixel} RLE segments, but the frame has ${count}.`,
    );
  }
  const starts = Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i, true));
  const ends = [...starts.slice(1), frame.length];
  if (starts.some((start, i) => start < HEADER_BYTES || start > ends[i]) || ends.at(-1)! > frame.length) {
    throw rleError('The RLE segments lie outside of their frame.');
  }
  const decoded = new Uint8Array(pixels * bytesPerPixel);
  starts.forEach((start, segment) => {
    const held = decodeSegment(frame.subarray(start, ends[segment]), decoded, {
      first: bytesPerPixel - 1 - segment,
      step: bytesPerPixel,
    });
    if (held === pixels) return;
    throw rleError(
      `RLE segment ${segment + 1} holds ${held} bytes, but the header says ${columns} × ${rows} pixels.`,
    );
  });
  return decoded;
}

/** @returns how many bytes the segment holds, also beyond those that there was room for; -1 where it breaks off */
function decodeSegment(
  segment: Uint8Array,
  target: Uint8Array,
  { first, step }: { first: number; step: number },
): number {
  const wanted = target.length / step;
  let held = 0;
  const put = (byte: number): void => {
    if (held < wanted) target[first + held * step] = byte;
    held++;
  };
  // A segment may end with a byte of padding.
  for (let at = 0; at + 1 < segment.length && !(held === wanted && at + 2 >= segment.length);) {
    const control = segment[at++];
    if (control === 128) continue;
    if (control < 128) {
      const end = at + control + 1;
      if (end > segment.length) return -1;
      while (at < end) put(segment[at++]);
    } else {
      for (let i = 257 - control; i > 0; i--) put(segment[at]);
      at++;
    }
  }
  return held;
}

function rleError(reason: string): DicomImageError {
  return new DicomImageError(
    'damaged',
    `${reason} Fetch the file again, or have the archive send it uncompressed.`,
  );
}
