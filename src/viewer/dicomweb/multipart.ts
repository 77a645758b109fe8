import { randomUUID } from 'node:crypto';
import { Problem } from './problem';

/** One part of a multipart/related message. */
export interface Part {
  contentType: string;
  body: Uint8Array;
}

/** Most parts that one request may carry. */
const mostParts = 10_000;
const crlf = '\r\n';

/**
 * The parameters of a media type, e.g. `multipart/related; type="application/dicom"; boundary=x`.
 * Names are in lower case; `''` holds the media type itself.
 */
export function parseMediaType(header: string): Map<string, string> {
  const parameters = new Map([['', header.split(';', 1)[0].trim().toLowerCase()]]);
  for (const [, name, quoted, token] of header.matchAll(/;\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^;\s]*))/g)) {
    parameters.set(name.toLowerCase(), quoted ?? token);
  }
  return parameters;
}

/**
 * Takes a multipart/related body (RFC 2387) apart.
 *
 * @throws Problem 400 when the message is malformed or was cut off
 */
export function parseMultipart(body: Buffer, boundary: string): Part[] {
  const delimiter = `--${boundary}`;
  const parts: Part[] = [];
  let at = findDelimiter(body, delimiter, 0);
  if (at < 0) throw malformed('the boundary that its Content-Type names does not occur');
  for (;;) {
    const afterDelimiter = at + delimiter.length;
    if (body.toString('latin1', afterDelimiter, afterDelimiter + 2) === '--') return parts;
    const next = findDelimiter(body, delimiter, afterDelimiter);
    if (next < 0) throw malformed('it ends before its closing boundary');
    if (parts.length === mostParts) throw malformed(`it has more than ${mostParts} parts`);
    parts.push(parsePart(body.subarray(afterDelimiter, next - crlf.length)));
    at = next;
  }
}

/** A delimiter counts as a whole line alone: its characters may occur within a part. */
function findDelimiter(body: Buffer, delimiter: string, from: number): number {
  const line = crlf + delimiter;
  if (from === 0 && startsLine(body, delimiter, 0)) return 0;
  for (let at = body.indexOf(line, from, 'latin1'); at >= 0; at = body.indexOf(line, at + 1, 'latin1')) {
    if (startsLine(body, delimiter, at + crlf.length)) return at + crlf.length;
  }
  return -1;
}

function startsLine(body: Buffer, delimiter: string, at: number): boolean {
  const end = at + delimiter.length;
  return (
    body.toString('latin1', at, end) === delimiter && /^(\r\n|--)/.test(body.toString('latin1', end, end + 2))
  );
}

function parsePart(part: Buffer): Part {
  // A part is: rest of the delimiter's line, headers, empty line, content.
  const end = part.indexOf(crlf + crlf, 0, 'latin1');
  if (end < 0) throw malformed('a part has no empty line after its headers');
  const headers = new Map<string, string>();
  for (const line of part.toString('latin1', 0, end).split(crlf).slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return {
    contentType: headers.get('content-type') ?? '',
    body: part.subarray(end + 2 * crlf.length),
  };
}

function malformed(reason: string): Problem {
  return new Problem(400, `The multipart message is malformed: ${reason}.`);
}

/** A part of a message to be sent, its content in pieces. */
export interface PartInPieces {
  contentType: string;
  body: AsyncIterable<Uint8Array>;
}

/** An answer's content, made piece by piece while it is sent. */
export interface Content {
  contentType: string;
  pieces: AsyncGenerator<Uint8Array>;
}

/** Puts a multipart/related message together; `type` is the media type that its header announces. */
export function writeMultipart(parts: AsyncIterable<PartInPieces>, type: string): Content {
  const boundary = randomUUID();
  const pieces = async function* () {
    for await (const { contentType, body } of parts) {
      const head = Buffer.from(`--${boundary}${crlf}Content-Type: ${contentType}${crlf}${crlf}`);
      let begun = false;
      for await (const piece of body) {
        // Behind the first of the content: only then it is certain that there is something to be sent.
        if (!begun) yield head;
        begun = true;
        yield piece;
      }
      yield Buffer.from(begun ? crlf : `${head}${crlf}`);
    }
    yield Buffer.from(`--${boundary}--${crlf}`);
  };
  return { contentType: `multipart/related; type="${type}"; boundary=${boundary}`, pieces: pieces() };
}
