import type { DataSet, Element } from './data-set';
import { DicomImageError } from './errors';
import { encapsulatedFrame } from './frame-fragments';
import { littleEndianPart, wordLengthOf } from './native-bytes';
import type { PixelFormat } from './pixel-format';
import type { PixelCoding } from './transfer-syntax';

/**
 * The bytes of one frame, native ones little endian: a view of the file where they lie so in one piece, else a copy.
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
    : compressedFrame(dataSet, element, format.frames, frame);
}

function nativeFrame(dataSet: DataSet, element: Element, format: PixelFormat, frame: number): Uint8Array {
  if (element.encapsulated) {
    throw new DicomImageError(
      'damaged',
      'The file states a transfer syntax without compression, but its pixel data are compressed. ' +
        'Have the archive send it with its true transfer syntax.',
    );
  }
  const size = format.rows * format.columns * format.bytesPerPixel;
  const value = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const start = frame * size;
  // The last word of a value is whole, whatever the number of pixels.
  const wordLength = dataSet.littleEndian ? 1 : wordLengthOf(format.bitsAllocated, element.vr);
  const held = value.length - (value.length % wordLength);
  if (start + size > held) {
    throw new DicomImageError(
      'truncated',
      `The header promises ${(frame + 1) * size} bytes of pixels, the file holds ${held}. Fetch the file again.`,
    );
  }
  return dataSet.littleEndian
    ? value.subarray(start, start + size)
    : littleEndianPart(value, start, size, wordLength);
}

function compressedFrame(dataSet: DataSet, element: Element, frames: number, frame: number): Uint8Array {
  if (!element.encapsulated && element.length > 0) {
    throw new DicomImageError(
      'damaged',
      'The file states a transfer syntax with compression, but its pixel data are not in fragments. ' +
        'Have the archive send it with its true transfer syntax.',
    );
  }
  const fragments = element.fragments?.length ?? 0;
  if (fragments === 0) {
    throw new DicomImageError(
      'no-pixels',
      'The pixel data element is empty. Fetch the file again with its pixels.',
    );
  }
  if (fragments < frames) {
    throw new DicomImageError(
      'truncated',
      `The header promises ${frames} frames, the file holds no more than ${fragments}. Fetch the file again.`,
    );
  }
  const bytes = encapsulatedFrame(dataSet, element, frames, frame);
  if (bytes) return bytes;
  throw new DicomImageError('damaged', `Frame ${frame + 1} can’t be found among the compressed pixels.`);
}
