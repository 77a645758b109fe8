import { HarmlessError, said } from '../io/harmless';

/** One part of a multipart message. */
export interface Part {
  contentType: string;
  body: Uint8Array;
}

/** A message that is not whole. */
export class MultipartError extends HarmlessError {
  override name = 'MultipartError';
}

/**
 * Takes a `multipart/related` message apart (RFC 2046), one part after the other: millions of empty ones can be claimed.
 *
 * @throws MultipartError when the type names no boundary or the message is cut off
 */
export function* readParts(contentType: string, message: Uint8Array): Generator<Part, void> {
  const delimiter = delimiterOf(contentType);
  if (!delimiter)
    throw new MultipartError(said`The answer is multipart, but its Content-Type names no boundary.`);
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const next = Buffer.concat([Buffer.from('\r\n'), delimiter]);
  let at = bytes.indexOf(delimiter);
  while (at >= 0) {
    const start = at + delimiter.length;
    if (bytes.toString('latin1', start, start + 2) === '--') return;
    const end = bytes.indexOf(next, start);
    if (end < 0) break;
    yield readPart(bytes.subarray(start + 2, end));
    at = end + 2;
  }
  throw new MultipartError(said`The multipart answer is cut off.`);
}

/** What has come of the first part, without its headers; undefined where no part begins in a message that begins so. */
export function beginOfPart(contentType: string, start: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  const delimiter = delimiterOf(contentType);
  const at = delimiter ? bytes.indexOf(delimiter) : -1;
  const headersEnd = at < 0 ? -1 : bytes.indexOf(endOfHeaders, at);
  return headersEnd < 0 ? undefined : bytes.subarray(headersEnd + endOfHeaders.length);
}

function delimiterOf(contentType: string): Buffer | undefined {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  return boundary ? Buffer.from(`--${boundary}`) : undefined;
}

const endOfHeaders = '\r\n\r\n';

function readPart(bytes: Buffer): Part {
  const headersEnd = bytes.indexOf(endOfHeaders);
  const headers = bytes.toString('latin1', 0, Math.max(0, headersEnd));
  const contentType = /^content-type:\s*(.+)$/im.exec(headers)?.[1].trim() ?? '';
  return { contentType, body: bytes.subarray(headersEnd + 4) };
}

/** Joins DICOM files to the body of a STOW-RS request (PS3.18 10.5). */
export function writeParts(
  files: readonly Uint8Array[],
  boundary: string,
): { contentType: string; body: Buffer } {
  const chunks = files.flatMap(file => [
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    file,
    Buffer.from('\r\n'),
  ]);
  return {
    contentType: `multipart/related; type="application/dicom"; boundary=${boundary}`,
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
  };
}
