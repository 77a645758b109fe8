import type { DataSet } from '../data-set';
import { DicomImageError } from '../errors';
import { frameBytes } from '../frame-bytes';
import type { PixelFormat } from '../pixel-format';
import { decodeRle } from '../rle';
import { pixelCoding, transferSyntaxName } from '../transfer-syntax';
import type { FilmFrames } from './frames';
import { contradiction, notFinite, numbersOf } from './reading';

/**
 * Whole numbers of one frame of 8 or 16 bits, as they are stored.
 *
 * @throws DicomImageError where they are compressed by another coding than RLE, or are fewer than the header says
 */
export function wholeNumbers(
  dataSet: DataSet,
  { rows, columns, count }: FilmFrames,
  index: number,
): Int32Array {
  const bitsAllocated = dataSet.uint16('x00280100');
  if (bitsAllocated !== 8 && bitsAllocated !== 16)
    throw contradiction(`pixels of ${bitsAllocated ?? 'no'} allocated bits`);
  if (!dataSet.elements.x7fe00010) throw contradiction('it carries no pixels');
  const signed = dataSet.uint16('x00280103') === 1;
  const bytesPerPixel = bitsAllocated === 8 ? 1 : 2;
  const format: PixelFormat = {
    rows,
    columns,
    frames: count,
    bitsAllocated,
    bitsStored: bitsAllocated,
    highBit: bitsAllocated - 1,
    signed,
    bytesPerPixel,
    photometric: 'MONOCHROME2',
  };
  const coding = codingOf(dataSet);
  const bytes = frameBytes(dataSet, format, coding, index);
  const plain = coding === 'rle' ? decodeRle(bytes, format) : bytes;
  const shift = 32 - bitsAllocated;
  return Int32Array.from({ length: rows * columns }, (_, i) => {
    const word = bytesPerPixel === 1 ? plain[i] : plain[2 * i] | (plain[2 * i + 1] << 8);
    return signed ? (word << shift) >> shift : word;
  });
}

function codingOf(dataSet: DataSet): 'native' | 'rle' {
  const syntax = dataSet.string('x00020010') ?? '';
  const coding = pixelCoding(syntax);
  if (coding === 'native' || coding === 'rle') return coding;
  throw new DicomImageError(
    'unsupported-syntax',
    `The pixels of the object are compressed in a way that is not read here (${transferSyntaxName(syntax)}).`,
  );
}

/** Bits of one frame of a binary segmentation: frames follow each other without a gap, the first pixel lowest in its byte. */
export function bits(
  dataSet: DataSet,
  { rows, columns, count }: FilmFrames,
  index: number,
): Uint8Array<ArrayBuffer> {
  if (dataSet.uint16('x00280100') !== 1) throw contradiction('a binary segmentation of more than one bit');
  if (codingOf(dataSet) !== 'native')
    throw new DicomImageError(
      'unsupported-syntax',
      'The pixels of the object are compressed in a way that is not read here (RLE lossless).',
    );
  const element = dataSet.elements.x7fe00010;
  const held = dataSet.bytes('x7fe00010');
  if (!element || !held || element.encapsulated) throw contradiction('it carries no pixels');
  const pixels = rows * columns;
  if (8 * held.length < pixels * count)
    throw contradiction(`${count} frames of ${columns} × ${rows} bits, and ${held.length} bytes of them`);
  // Words of big endian order have their bytes swapped; other orders have none.
  const flip = !dataSet.littleEndian && element.vr === 'OW' ? 1 : 0;
  return Uint8Array.from({ length: pixels }, (_, i) => {
    const bit = pixels * index + i;
    return (held[(bit >> 3) ^ flip] >> (bit & 7)) & 1;
  });
}

/**
 * Values of one frame of a parametric map: floating-point pixels as they are, whole numbers by their real world value mapping.
 * Padding is NaN.
 *
 * @param mapping slope and intercept
 * @throws DicomImageError where a value is not finite
 */
export function realValues(
  dataSet: DataSet,
  frames: FilmFrames,
  index: number,
  mapping: { slope: number; intercept: number },
): Float32Array<ArrayBuffer> {
  const { elements } = dataSet;
  const values = elements.x7fe00008
    ? floats(dataSet, frames, index, 4)
    : elements.x7fe00009
      ? floats(dataSet, frames, index, 8)
      : Float32Array.from(
          wholeNumbers(dataSet, frames, index),
          stored => mapping.slope * stored + mapping.intercept,
        );
  const padding = elements.x7fe00008
    ? numbersOf(dataSet, 'x00280122', 'FL')[0]
    : numbersOf(elements.x7fe00009 && dataSet, 'x00280123', 'FD').map(Math.fround)[0];
  for (let i = 0; i < values.length; i++) {
    if (padding !== undefined && Object.is(values[i], padding)) values[i] = NaN;
    else if (!Number.isFinite(values[i])) throw notFinite();
  }
  return values;
}

function floats(
  dataSet: DataSet,
  { rows, columns, count }: FilmFrames,
  index: number,
  size: 4 | 8,
): Float32Array<ArrayBuffer> {
  const held = dataSet.bytes(size === 4 ? 'x7fe00008' : 'x7fe00009')!;
  const pixels = rows * columns;
  if (held.length < size * pixels * count)
    throw contradiction(`${count} frames of ${columns} × ${rows} values, and ${held.length} bytes of them`);
  const view = new DataView(held.buffer, held.byteOffset + index * pixels * size, pixels * size);
  const { littleEndian } = dataSet;
  return Float32Array.from({ length: pixels }, (_, i) =>
    size === 4 ? view.getFloat32(4 * i, littleEndian) : view.getFloat64(8 * i, littleEndian),
  );
}
