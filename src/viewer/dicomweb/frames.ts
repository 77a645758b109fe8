import type { DataSet, Element } from '../../dicom/data-set';
import { encapsulatedFrame } from '../../dicom/frame-fragments';
import { littleEndianPart, wordLengthOf } from '../../dicom/native-bytes';
import { integerOf } from '../../dicom/number-strings';
import { parseFile } from '../../dicom/parse';
import { Problem } from './problem';

/**
 * Takes frames out of a DICOM file: compressed frames as they are stored, others as little-endian pixels.
 *
 * @param file bytes of the whole file
 * @param numbers frame numbers, counted from 1
 * @returns the frames, each made when it is its turn
 * @throws Problem 404 when the file has no pixel data, no such frame, or not all of its bytes
 */
export function readFrames(file: Uint8Array, numbers: number[]): Iterable<Uint8Array> {
  const dataset = parse(file, { untilPixels: true });
  const element = dataset.elements.x7fe00010 as Element | undefined;
  if (!element) throw new Problem(404, 'This instance has no pixel data.');
  const count = integerOf(dataset.string('x00280008') ?? '1') || 1;
  const last = Math.max(...numbers);
  if (last > count) throw new Problem(404, `There is no frame ${last}: the instance has ${count}.`);
  if (!element.encapsulated) return each(numbers, number => readNativeFrame(dataset, number - 1));
  const whole = parse(file);
  return each(numbers, number => readCompressedFrame(whole, number - 1, count));
}

function* each(numbers: number[], read: (number: number) => Uint8Array): Generator<Uint8Array> {
  for (const number of numbers) yield read(number);
}

/** Compressed pixel data is looked through by the parser itself, which throws where fragments are missing. */
function parse(file: Uint8Array, options?: { untilPixels: boolean }): DataSet {
  try {
    return parseFile(file, options);
  } catch {
    throw new Problem(404, 'The file is truncated or damaged: its pixel data is not complete.');
  }
}

function readCompressedFrame(dataset: DataSet, index: number, count: number): Uint8Array {
  const frame = encapsulatedFrame(dataset, dataset.elements.x7fe00010, count, index);
  if (frame) return frame;
  throw new Problem(404, `Frame ${index + 1} cannot be read: the compressed pixel data is damaged.`);
}

function readNativeFrame(dataset: DataSet, index: number): Uint8Array {
  const element: Element = dataset.elements.x7fe00010;
  const bits = dataset.uint16('x00280100') ?? 0;
  const samples = dataset.uint16('x00280002') ?? 1;
  const pixels = (dataset.uint16('x00280010') ?? 0) * (dataset.uint16('x00280011') ?? 0) * samples;
  if (pixels === 0 || bits === 0)
    throw new Problem(404, 'Rows, Columns or Bits Allocated are missing, so frames cannot be told apart.');
  const first = index * pixels * bits;
  const end = first + pixels * bits;
  const value = dataset.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  // Of a file that was cut off the last word may lack its other half.
  const wordLength = dataset.littleEndian ? 1 : wordLengthOf(bits, element.vr);
  const stored = value.subarray(0, value.length - (value.length % wordLength));
  if (end > stored.length * 8)
    throw new Problem(
      404,
      `The file is truncated: frame ${index + 1} ends at byte ${Math.ceil(end / 8)} of the pixel data, ` +
        `${stored.length} bytes are there.`,
    );
  const from = Math.floor(first / 8);
  const length = Math.ceil(end / 8) - from;
  const frame = dataset.littleEndian
    ? Uint8Array.from(stored.subarray(from, from + length))
    : littleEndianPart(stored, from, length, wordLength);
  return first % 8 === 0 && bits % 8 === 0 ? frame : takeBits(frame, first % 8, pixels * bits);
}

/** Copies `length` bits from bit `first` on, least significant bit first, so that a frame starts at a byte. */
function takeBits(stored: Uint8Array, first: number, length: number): Uint8Array {
  if (first === 0) return stored;
  const frame = new Uint8Array(Math.ceil(length / 8));
  for (let i = 0; i < length; i++) {
    const from = first + i;
    frame[i >> 3] |= ((stored[from >> 3] >> (from & 7)) & 1) << (i & 7);
  }
  return frame;
}
