import { parseDicom } from 'dicom-parser';
import type { DataSet } from 'dicom-parser';
import { Inflate } from 'pako';
import { DicomImageError } from './errors';

/** Deflate can't shrink more than about 1032:1; real images stay far below, so this bounds what a small file can claim. */
const LARGEST_INFLATION = 200;
const SMALLEST_INFLATION_LIMIT = 16 * 1024 * 1024;

/**
 * Parses a DICOM file (PS3.10) in any uncompressed, big endian, deflated or encapsulated transfer syntax. Values are read
 * later, on demand; nothing is allocated by a length that the header claims.
 *
 * @throws DicomImageError `not-dicom`, `truncated` or `damaged`
 */
export function parseFile(bytes: Uint8Array): DataSet {
  if (!hasPrefix(bytes)) {
    throw new DicomImageError(
      'not-dicom',
      'This is not a DICOM file: the letters DICM are missing at byte 128. Choose a DICOM Part 10 file.',
    );
  }
  try {
    return parseDicom(bytes, { inflater: inflateFrom, vrCallback: sequenceVr });
  } catch (thrown) {
    const reason = innermostReason(thrown);
    if (reason instanceof DicomImageError) throw reason;
    const text = reason instanceof Error ? reason.message : String(reason);
    if (/past (the )?end|overrun|seek|position|undefined length/i.test(text)) {
      throw new DicomImageError(
        'truncated',
        'The file ends before its data does: it was cut off, or a length in its header is wrong. Fetch the file again.',
      );
    }
    throw new DicomImageError(
      'damaged',
      'The DICOM header is damaged and can’t be read. Fetch the file again.',
      {
        cause: reason,
      },
    );
  }
}

function hasPrefix(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 132 &&
    bytes[128] === 0x44 &&
    bytes[129] === 0x49 &&
    bytes[130] === 0x43 &&
    bytes[131] === 0x4d
  );
}

/** dicom-parser throws strings, errors, or `{ exception, dataSet }` around either. */
function innermostReason(thrown: unknown): unknown {
  if (typeof thrown === 'object' && thrown !== null && 'exception' in thrown) return thrown.exception;
  return thrown;
}

const SEQUENCES = new Set(['x00283000', 'x00283010']);

/** Implicit VR does not say which element is a sequence. */
function sequenceVr(tag: string): string | undefined {
  return SEQUENCES.has(tag) ? 'SQ' : undefined;
}

/** Inflates a deflated data set behind its file meta information, up to a limit drawn from the file's size. */
function inflateFrom(bytes: Uint8Array, position: number): Uint8Array {
  const limit = Math.max(SMALLEST_INFLATION_LIMIT, LARGEST_INFLATION * bytes.length);
  const chunks: Uint8Array[] = [bytes.subarray(0, position)];
  let total = position;
  const inflate = new Inflate({ raw: true, chunkSize: 1 << 18 });
  inflate.onData = chunk => {
    total += chunk.length;
    if (total > limit) {
      throw new DicomImageError(
        'damaged',
        `The deflated data set would grow to more than ${Math.round(limit / 1048576)} MiB, which no image of this file’s size does.`,
      );
    }
    chunks.push(chunk as Uint8Array);
  };
  inflate.push(bytes.subarray(position), true);
  if (inflate.err !== 0 || !inflate.ended) {
    throw new DicomImageError(
      'truncated',
      'The deflated data set ends early or is damaged: the file was cut off. Fetch the file again.',
    );
  }
  return concatenate(chunks, total);
}

function concatenate(chunks: Uint8Array[], total: number): Uint8Array {
  const result = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    result.set(chunk, offset);
    offset += chunk.length;
  }
  return result;
}
