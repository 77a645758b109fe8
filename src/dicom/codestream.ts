import { codeBlocks, isAllowed } from './code-blocks';
import type { PixelCoding } from './transfer-syntax';

/** What a compressed frame says about itself. */
export interface CodestreamSize {
  rows: number;
  columns: number;
  components: number;
  /** Bits a sample. */
  precision: number;
  /** Whether samples have a sign; of JPEG and JPEG-LS, which know none, absent. */
  signed?: boolean;
  /** Whether what was coded differs from the original by the kind of coding: for JPEG 2000, by its wavelet. */
  lossy: boolean;
  /** Most pixels that one byte of this kind of frame can stand for. */
  pixelsPerByte: number;
}

/** JPEG's shortest code has one bit: one a pixel without loss, two (DC and end of block) a block of 64 with loss. */
const PIXELS_PER_BYTE = { lossless: 8, lossy: 256 };
/** Run lengths of JPEG-LS and empty code blocks of JPEG 2000 have no such bound; no radiograph shrinks further. */
const PIXELS_PER_BYTE_OF_RUNS = 500;

/**
 * Reads the size out of a compressed frame's own header, so that it can be compared with the DICOM header before a codec
 * allocates anything.
 *
 * @returns undefined where the header isn't there or is cut off
 */
export function codestreamSize(frame: Uint8Array, coding: PixelCoding): CodestreamSize | undefined {
  if (coding === 'jpeg' || coding === 'jpeg-ls') return jpegSize(frame);
  if (coding === 'jpeg-2000') return jpeg2000Size(frame, 0);
  if (coding === 'htj2k') return jpeg2000Size(frame, SMALLEST_HT_BLOCK);
  return undefined;
}

/**
 * Whether a frame of JPEG or JPEG-LS ends with its end marker (EOI, ITU-T T.81 B.1.1.3). Behind it there may be one byte of
 * padding, which DCMTK does not always make a zero, or any number of zeros.
 */
export function endsWithMarker(frame: Uint8Array): boolean {
  const isMarker = (end: number): boolean => frame[end - 2] === 0xff && frame[end - 1] === 0xd9;
  let end = frame.length;
  if (isMarker(end) || isMarker(end - 1)) return true;
  while (end > 2 && frame[end - 1] === 0) end--;
  return isMarker(end);
}

/** Frame header SOFn of ITU-T T.81 (B.2.2), or SOF55 of JPEG-LS (T.87). */
function jpegSize(frame: Uint8Array): CodestreamSize | undefined {
  if (uint16(frame, 0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 4 <= frame.length) {
    if (frame[at] !== 0xff) return undefined;
    const marker = frame[at + 1];
    if (marker === 0xff) {
      at++; // fill byte
      continue;
    }
    if (isFrameHeader(marker)) {
      if (at + 10 > frame.length) return undefined;
      return {
        rows: uint16(frame, at + 5),
        columns: uint16(frame, at + 7),
        components: frame[at + 9],
        precision: frame[at + 4],
        lossy: marker === 0xf7 ? nearOf(frame, at) !== 0 : !losslessMarkers.includes(marker),
        pixelsPerByte: pixelsPerByte(marker),
      };
    }
    if (marker === 0xda || marker === 0xd9) return undefined; // scan or end before any frame header
    at += 2 + Math.max(2, uint16(frame, at + 2));
  }
  return undefined;
}

/** SOFn of JPEG without loss (T.81, table B.1). */
const losslessMarkers = [0xc3, 0xc7, 0xcb, 0xcf];

/** By how much JPEG-LS may change a sample: NEAR of the first scan header behind a place (T.87, C.2.3); 0 without one. */
function nearOf(frame: Uint8Array, at: number): number {
  while (at + 4 <= frame.length && frame[at] === 0xff) {
    if (frame[at + 1] === 0xda) return frame[at + 5 + 2 * frame[at + 4]];
    at += 2 + Math.max(2, uint16(frame, at + 2));
  }
  return 0;
}

function pixelsPerByte(marker: number): number {
  if (marker === 0xf7) return PIXELS_PER_BYTE_OF_RUNS;
  return losslessMarkers.includes(marker) ? PIXELS_PER_BYTE.lossless : PIXELS_PER_BYTE.lossy;
}

function isFrameHeader(marker: number): boolean {
  const notFrames = [0xc4, 0xc8, 0xcc]; // Huffman tables, reserved, arithmetic conditioning
  return marker === 0xf7 || (marker >= 0xc0 && marker <= 0xcf && !notFrames.includes(marker));
}

/** Exponent of the least code block side that is decoded: OpenJPH takes 80 MB for blocks of 4, which no one makes. */
const SMALLEST_HT_BLOCK = 1;

/** Image and tile size marker SIZ of ITU-T T.800 (A.5.1), right after the start of the codestream. */
function jpeg2000Size(frame: Uint8Array, smallestBlock: number): CodestreamSize | undefined {
  const start = findCodestream(frame);
  if (start < 0 || start + 45 > frame.length) return undefined;
  const field = (index: number): number => uint32(frame, start + 8 + 4 * index);
  const [width, height, offsetX, offsetY, tileWidth, tileHeight, tileX, tileY] = [0, 1, 2, 3, 4, 5, 6, 7].map(
    field,
  );
  const columns = width - offsetX;
  const rows = height - offsetY;
  if (rows <= 0 || columns <= 0) return undefined;
  // The first tile must hold the first pixel (B.3): decoders look for it without end otherwise.
  const firstTileHolds = (tile: number, side: number, offset: number): boolean =>
    tile <= offset && tile + side > offset;
  if (!firstTileHolds(tileX, tileWidth, offsetX) || !firstTileHolds(tileY, tileHeight, offsetY)) {
    return undefined;
  }
  // One component has no reason to be subsampled; 0 would be no image at all.
  if (frame[start + 43] !== 1 || frame[start + 44] !== 1) return undefined;
  const tiles = Math.ceil((width - tileX) / tileWidth) * Math.ceil((height - tileY) / tileHeight);
  if (tiles > 65535) return undefined; // more than the standard allows
  const blocks = codeBlocks(frame, start);
  const sound = blocks?.every(b => isAllowed(b) && Math.min(b.width, b.height) >= smallestBlock);
  if (!blocks || !sound) return undefined;
  const depth = frame[start + 42]; // Ssiz: a sign bit, and the precision less 1
  return {
    rows,
    columns,
    components: uint16(frame, start + 40),
    precision: (depth & 0x7f) + 1,
    signed: depth >= 0x80,
    lossy: blocks.some(({ irreversible }) => irreversible),
    pixelsPerByte: PIXELS_PER_BYTE_OF_RUNS,
  };
}

/** Some writers wrap the codestream into a JP2 file; its boxes are short. */
function findCodestream(frame: Uint8Array): number {
  const last = Math.min(frame.length - 4, 1024);
  for (let at = 0; at <= last; at++) {
    if (uint32(frame, at) === 0xff4fff51) return at;
  }
  return -1;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}

function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 65536 + uint16(bytes, at + 2);
}
