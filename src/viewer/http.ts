import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from './dicomweb/problem';
import type { MemoryBudget } from './memory-budget';

/**
 * Headers of every answer. The page and its workers may load from this server alone; cross-origin isolation lets
 * WebAssembly use several threads.
 */
export const commonHeaders: Record<string, string> = {
  'Content-Security-Policy': [
    "default-src 'self'",
    // OHIF's decoders compile WebAssembly and make functions from text.
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "frame-ancestors 'none'",
    "base-uri 'self'",
    "object-src 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Sends a whole answer; the body is left out for HEAD. */
export function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Sends a value as JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  type = 'application/json',
  headers: Record<string, string> = {},
): void {
  send(response, status, type, JSON.stringify(value), headers);
}

/** A client that takes nothing of its answer for two minutes is cut off: it keeps a file open, or memory taken. */
export function cutOffWhenStalled(response: ServerResponse): void {
  response.setTimeout(120_000, () => response.destroy());
}

/**
 * Sends an answer piece by piece, the next one only when the client has taken the last. The first piece is made before the
 * status is sent, so that a refusal can still be told; where a later one fails, the connection breaks off.
 */
export async function sendPieces(
  response: ServerResponse,
  contentType: string,
  pieces: AsyncGenerator<Uint8Array>,
): Promise<void> {
  try {
    const first = await pieces.next();
    response.writeHead(200, { 'Content-Type': contentType });
    if (response.req.method === 'HEAD' || first.done) {
      response.end();
      return;
    }
    cutOffWhenStalled(response);
    const all = async function* () {
      yield first.value;
      yield* pieces;
    };
    await pipeline(Readable.from(all(), { objectMode: true, highWaterMark: 1 }), response);
  } finally {
    await pieces.return(undefined);
  }
}

/** So much of a body is taken without asking: an upload that stands still after its first bytes holds nothing. */
const takenAtOnce = 2 ** 20;
/** A client sends so many bytes, or the rest, in each stretch of so many milliseconds, or is cut off. */
const leastProgress = { bytes: 64 * 1024, ms: 10_000 };

/** What {@link withBody} is bound to. */
export interface BodyLimits {
  /** Longest body that is taken, bytes. */
  longest: number;
  /** Memory that all requests share. */
  memory: MemoryBudget;
  /** Time in which the client must send {@link leastProgress} more, ms. */
  stretch?: number;
}

/**
 * Reads a request's body and hands it to `use`, within the memory that all requests share. The memory is asked for when
 * the first megabyte has arrived, whatever length the client announces.
 *
 * @throws Problem 413 as soon as the limit is passed, 408 when the client sends next to nothing for too long, 503 when others
 *   keep the memory for too long
 */
export async function withBody<T>(
  request: IncomingMessage,
  { longest, memory, stretch = leastProgress.ms }: BodyLimits,
  use: (body: Buffer) => Promise<T>,
): Promise<T> {
  const tooLong = new Problem(
    413,
    `Requests of more than ${Math.floor(longest / 2 ** 20)} MiB are refused.`,
    true,
  );
  const announced = request.headers['content-length'];
  if (Number(announced ?? 0) > longest) throw tooLong;
  const most = announced === undefined ? longest : Number(announced);
  let release: (() => void) | undefined;
  try {
    let body = Buffer.allocUnsafeSlow(Math.min(most, takenAtOnce));
    let length = 0;
    for await (const chunk of progressing(request, stretch)) {
      if (length + chunk.length > most) throw tooLong;
      if (length + chunk.length > body.length) {
        release = await memory.take(most);
        // One piece of memory for all of it. The system gives it only as it is filled, also where no length is announced.
        const whole = Buffer.allocUnsafeSlow(most);
        body.copy(whole, 0, 0, length);
        body = whole;
      }
      chunk.copy(body, length);
      length += chunk.length;
    }
    return await use(body.subarray(0, length));
  } finally {
    release?.();
  }
}

/** The pieces of a body as they arrive. Only time that is spent waiting for the client counts against it. */
async function* progressing(request: IncomingMessage, stretch: number): AsyncGenerator<Buffer> {
  const chunks = (request as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let [left, received] = [stretch, 0];
  for (;;) {
    const before = performance.now();
    const next = await within(left, chunks.next());
    if (next.done) return;
    left -= performance.now() - before;
    received += next.value.length;
    if (received >= leastProgress.bytes) [left, received] = [stretch, 0];
    yield next.value;
  }
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Problem(408, 'The request stopped before its end. Send it again.', true));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    // Nobody waits any more for what breaks off afterwards.
    promise.catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
