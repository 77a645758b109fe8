import { Inflate } from 'pako';
import { DataSet } from './data-set';
import { DicomImageError } from './errors';
import { statesVr, walk, WalkError, type Encoding, type WalkOptions } from './walk';
import { BIG_ENDIAN, DEFLATED, IMPLICIT_LITTLE_ENDIAN } from './transfer-syntax';

/** Deflate can't shrink more than about 1032:1; real images stay far below, so this bounds what a small file can claim. */
const LARGEST_INFLATION = 200;
const SMALLEST_INFLATION_LIMIT = 16 * 1024 * 1024;
/** The largest image that is read, in words of two bytes, and its header: no file that is read has more bytes. */
export const LARGEST_FILE = 272 * 1024 * 1024;

/** A file as far as it can be read. */
export interface ParsedFile {
  dataSet: DataSet;
  /** Why the data set is not all there is; absent for a file in order. */
  fault?: DicomImageError;
}

/**
 * Reads the data set of a DICOM file (PS3.10): the one reader for commands, PACS and viewer server. What the writer got
 * wrong and can be told without a doubt is put right here, with a caution: see docs/dicom.md.
 *
 * @throws DicomImageError `not-dicom`, `truncated` or `damaged`
 */
export function parseFile(bytes: Uint8Array, options: Pick<WalkOptions, 'untilPixels'> = {}): DataSet {
  const { dataSet, fault } = parseWhatIsThere(bytes, options);
  if (fault) throw fault;
  return dataSet;
}

/**
 * Reads a file up to where it ends or is damaged. Values are read later, on demand; nothing is allocated by a length that
 * the file claims.
 *
 * @param options `untilPixels`: stop at the pixel data, which then need not be there
 * @throws DicomImageError `not-dicom`, or where deflated data are damaged
 */
export function parseWhatIsThere(
  bytes: Uint8Array,
  options: Pick<WalkOptions, 'untilPixels'> = {},
): ParsedFile {
  if (!hasDicomPreamble(bytes)) {
    throw new DicomImageError(
      'not-dicom',
      'This is not a DICOM file: the letters DICM are missing at byte 128. Choose a DICOM Part 10 file.',
    );
  }
  const meta = new DataSet(bytes, true);
  let dataSet = meta;
  try {
    const start = walk(meta, 132, EXPLICIT, { group: '0002' });
    const syntax = meta.string('x00020010') ?? '';
    const inflated = syntax === DEFLATED ? inflateFrom(bytes, start) : bytes;
    const { encoding, caution } = trueEncoding(inflated, start, statedEncoding(syntax));
    dataSet = new DataSet(inflated, encoding.littleEndian);
    Object.assign(dataSet.elements, meta.elements);
    if (caution) dataSet.cautions.push(caution);
    walk(dataSet, start, encoding, options);
  } catch (error) {
    if (!(error instanceof WalkError)) throw error;
    return { dataSet, fault: faultOf(error) };
  }
  addCautions(dataSet);
  return { dataSet };
}

const EXPLICIT: Encoding = { explicit: true, littleEndian: true };

function addCautions(dataSet: DataSet): void {
  const { trailingBytes, cautions } = dataSet;
  if (trailingBytes > 0) {
    cautions.push(`${trailingBytes} bytes behind the data set belong to no element; they are left out.`);
  }
  const { caution } = dataSet.characterSet();
  if (caution) cautions.push(caution);
}

function faultOf({ kind, message }: WalkError): DicomImageError {
  switch (kind) {
    case 'truncated':
      return new DicomImageError(
        'truncated',
        'The file ends before its data does: it was cut off, or a length in its header is wrong. Fetch the file again.',
      );
    case 'damaged':
      return new DicomImageError(
        'damaged',
        `The DICOM header is damaged and can’t be read: ${message} Fetch the file again.`,
      );
    case 'ambiguous':
    case 'excessive':
      return new DicomImageError('damaged', `${message} Have the archive correct the file.`);
  }
}

/** Whether the bytes carry the preamble of a DICOM file (PS3.10). */
export function hasDicomPreamble(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 132 &&
    bytes[128] === 0x44 &&
    bytes[129] === 0x49 &&
    bytes[130] === 0x43 &&
    bytes[131] === 0x4d
  );
}

function statedEncoding(syntax: string): Encoding {
  return { explicit: syntax !== IMPLICIT_LITTLE_ENDIAN, littleEndian: syntax !== BIG_ENDIAN };
}

/**
 * How the data set is written in truth: its first element shows it. Some converters change the transfer syntax and leave the
 * data, or the reverse.
 */
function trueEncoding(
  bytes: Uint8Array,
  at: number,
  stated: Encoding,
): { encoding: Encoding; caution?: string } {
  if (bytes.length - at < 8) return { encoding: stated };
  // Every image begins with group 0008, which in the wrong byte order is 0800.
  const isSwapped =
    (bytes[at] === 0 && bytes[at + 1] === 8) === stated.littleEndian && bytes[at] + bytes[at + 1] === 8;
  const encoding = {
    explicit: statesVr(bytes, at),
    littleEndian: isSwapped ? !stated.littleEndian : stated.littleEndian,
  };
  if (encoding.explicit === stated.explicit && !isSwapped) return { encoding };
  return {
    encoding,
    caution:
      `The file states a transfer syntax of ${nameOf(stated)}, but its data are written in ${nameOf(encoding)}; ` +
      'they are read as they are written.',
  };
}

function nameOf({ explicit, littleEndian }: Encoding): string {
  return `${explicit ? 'explicit' : 'implicit'} VR ${littleEndian ? 'little' : 'big'} endian`;
}

/**
 * Most bytes that the data set of a deflated file may have when it is inflated.
 *
 * @param fileLength bytes of the file as it is
 */
export function inflationLimit(fileLength: number): number {
  return Math.min(LARGEST_FILE, Math.max(SMALLEST_INFLATION_LIMIT, LARGEST_INFLATION * fileLength));
}

/** Inflates a deflated data set behind its file meta information, up to a limit drawn from the file's size. */
function inflateFrom(bytes: Uint8Array, position: number): Uint8Array {
  const limit = inflationLimit(bytes.length);
  const deflated = bytes.subarray(position);
  let length = position;
  // Once to learn the length, so that what is too long takes no memory, and the rest takes it once.
  inflate(deflated, chunk => {
    length += chunk.length;
    if (length <= limit) return;
    throw new DicomImageError(
      'damaged',
      `The deflated data set would grow to more than ${Math.round(limit / 1048576)} MiB, which no image of this file’s size does.`,
    );
  });
  const result = new Uint8Array(length);
  result.set(bytes.subarray(0, position));
  let offset = position;
  inflate(deflated, chunk => {
    result.set(chunk, offset);
    offset += chunk.length;
  });
  return result;
}

function inflate(deflated: Uint8Array, take: (chunk: Uint8Array) => void): void {
  const inflater = new Inflate({ raw: true, chunkSize: 1 << 18 });
  inflater.onData = chunk => take(chunk as Uint8Array);
  inflater.push(deflated, true);
  if (inflater.err === 0 && inflater.ended) return;
  throw new DicomImageError(
    'truncated',
    'The deflated data set ends early or is damaged: the file was cut off. Fetch the file again.',
  );
}
