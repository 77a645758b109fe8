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
 * Takes a `multipart/related` message apart (RFC 2046).
 *
 * @throws MultipartError when the type names no boundary or the message is cut off
 */
export function readParts(contentType: string, message: Uint8Array): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (!boundary)
    throw new MultipartError(said`The answer is multipart, but its Content-Type names no boundary.`);
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let at = bytes.indexOf(delimiter);
  while (at >= 0) {
    const start = at + delimiter.length;
    if (bytes.toString('latin1', start, start + 2) === '--') return parts;
    const end = bytes.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), start);
    if (end < 0) break;
    parts.push(readPart(bytes.subarray(start + 2, end)));
    at = end + 2;
  }
  throw new MultipartError(said`The multipart answer is cut off.`);
}

function readPart(bytes: Buffer): Part {
  const headersEnd = bytes.indexOf('\r\n\r\n');
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
