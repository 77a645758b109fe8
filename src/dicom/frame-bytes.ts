import { createJPEGBasicOffsetTable, readEncapsulatedImageFrame } from 'dicom-parser';
import type { DataSet, Element } from 'dicom-parser';
import { DicomImageError } from './errors';
import type { PixelFormat } from './pixel-format';
import type { PixelCoding } from './transfer-syntax';

/**
 * The bytes of one frame inside the file: a view where they lie in one piece, a copy where they are in fragments.
 *
 * @param frame index from 0, already checked against the number of frames
 */
export function frameBytes(
  dataSet: DataSet,
  format: PixelFormat,
  coding: PixelCoding,
  frame: number,
): Uint8Array {
  const element = dataSet.elements.x7fe00010;
  return coding === 'native'
    ? nativeFrame(dataSet, element, format, frame)
    : encapsulatedFrame(dataSet, element, format.frames, frame);
}

function nativeFrame(dataSet: DataSet, element: Element, format: PixelFormat, frame: number): Uint8Array {
  const size = format.rows * format.columns * format.bytesPerPixel;
  const start = element.dataOffset + frame * size;
  const end = Math.min(element.dataOffset + element.length, dataSet.byteArray.length);
  if (element.encapsulatedPixelData || start + size > end) {
    const held = Math.max(0, end - element.dataOffset);
    throw new DicomImageError(
      'truncated',
      `The header promises ${(frame + 1) * size} bytes of pixels, the file holds ${held}. Fetch the file again.`,
    );
  }
  return dataSet.byteArray.subarray(start, start + size);
}

function encapsulatedFrame(dataSet: DataSet, element: Element, frames: number, frame: number): Uint8Array {
  const fragments = element.fragments ?? [];
  if (fragments.length === 0) {
    throw new DicomImageError(
      'no-pixels',
      'The pixel data element is empty. Fetch the file again with its pixels.',
    );
  }
  const bytes = dataSet.byteArray;
  const pieces = fragments.map(({ position, length }) => bytes.subarray(position, position + length));
  if (pieces.some((piece, i) => piece.length !== fragments[i].length)) {
    throw new DicomImageError(
      'truncated',
      'The file ends inside its compressed pixels. Fetch the file again.',
    );
  }
  if (frames === 1) return join(pieces);
  if (pieces.length === frames) return pieces[frame];
  if (pieces.length < frames) {
    throw new DicomImageError(
      'truncated',
      `The header promises ${frames} frames, the file holds no more than ${pieces.length}. Fetch the file again.`,
    );
  }
  try {
    const offsets = element.basicOffsetTable?.length
      ? element.basicOffsetTable
      : createJPEGBasicOffsetTable(dataSet, element);
    return readEncapsulatedImageFrame(dataSet, element, frame, offsets);
  } catch (cause) {
    throw new DicomImageError('damaged', `Frame ${frame + 1} can’t be found among the compressed pixels.`, {
      cause,
    });
  }
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
