import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from './dicomweb/problem';

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

/**
 * Reads a request's body.
 *
 * @param limit longest body that is taken, bytes
 * @throws Problem 413 as soon as the limit is passed
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const tooLong = new Problem(
    413,
    `Requests of more than ${Math.floor(limit / 2 ** 20)} MiB are refused.`,
    true,
  );
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLong;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw tooLong;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
