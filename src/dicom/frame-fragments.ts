import { endsWithMarker } from './codestream';
import type { DataSet, Element, Fragment } from './data-set';

/**
 * The bytes of one frame of encapsulated pixel data: a view where they lie in one piece, a copy where they are in several.
 * Which fragments are a frame's is told by the Extended Offset Table or the Basic Offset Table (PS3.3 C.7.6.3.1.8, PS3.5 A.4),
 * by their number, or, without either, by the end marker of JPEG.
 *
 * @param index from 0
 * @returns undefined where the frame cannot be told from the others
 */
export function encapsulatedFrame(
  dataSet: DataSet,
  element: Element,
  frames: number,
  index: number,
): Uint8Array | undefined {
  const fragments = element.fragments ?? [];
  const bytesOf = ({ position, length }: Fragment): Uint8Array =>
    dataSet.byteArray.subarray(position, position + length);
  if (frames === 1) return join(fragments.map(bytesOf));
  if (fragments.length === frames) return bytesOf(fragments[index]);
  const starts = frameStarts(dataSet, element, fragments, bytesOf);
  if (starts.length !== frames) return undefined;
  const own = fragments.slice(starts[index], starts[index + 1]);
  return own.length > 0 && starts.every(start => start >= 0) ? join(own.map(bytesOf)) : undefined;
}

/** Index of the first fragment of each frame; -1 where an offset is none of a fragment. */
function frameStarts(
  dataSet: DataSet,
  { basicOffsetTable }: Element,
  fragments: readonly Fragment[],
  bytesOf: (fragment: Fragment) => Uint8Array,
): number[] {
  const extended = extendedOffsets(dataSet);
  const offsets = extended.length > 0 ? extended : (basicOffsetTable ?? []);
  if (offsets.length > 0) {
    const first = fragments[0].position;
    const byOffset = new Map(fragments.map(({ position }, i) => [position - first, i]));
    return offsets.map(offset => byOffset.get(offset) ?? -1);
  }
  return fragments.flatMap((_, i) => (i === 0 || endsWithMarker(bytesOf(fragments[i - 1])) ? [i] : []));
}

function extendedOffsets(dataSet: DataSet): number[] {
  const bytes = dataSet.bytes('x7fe00001');
  if (!bytes) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 3 }, (_, i) => Number(view.getBigUint64(8 * i, true)));
}

function join(pieces: Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const result = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    result.set(piece, offset);
    offset += piece.length;
  }
  return result;
}
