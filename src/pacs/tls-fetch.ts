import { Agent, request, type RequestOptions } from 'node:https';
import { Readable } from 'node:stream';

/** Certificates for the connection to an archive, PEM. */
export interface ClientTls {
  /** The client's certificate and its key. */
  cert?: string | Buffer;
  key?: string | Buffer;
  passphrase?: string;
  /** Authorities that are trusted; absent: Node's. */
  ca?: string | Buffer;
}

/** Statuses of answers that have no body. */
const bodiless = new Set([101, 204, 205, 304]);

/**
 * `fetch` with a client certificate or authorities of one's own: Node's own takes neither. Redirections are not followed, whatever
 * is asked for; bodies to send are bytes.
 */
export function tlsFetch(tls: ClientTls): typeof fetch {
  const agent = new Agent({ ...tls, keepAlive: true });
  return (input, init = {}) =>
    new Promise<Response>((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const headers = Object.fromEntries(new Headers(init.headers));
      const options: RequestOptions = {
        agent,
        headers,
        method: init.method ?? 'GET',
        signal: init.signal ?? undefined,
      };
      const sent = request(url, options, answer => {
        const status = answer.statusCode ?? 0;
        const told = new Headers();
        for (const [name, value] of Object.entries(answer.headers))
          for (const one of [value].flat()) if (one !== undefined) told.append(name, one);
        const body = bodiless.has(status) ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>);
        if (!body) answer.resume();
        const response = new Response(body, { status, headers: told });
        // A response that is made has no address of its own; relative redirections are judged by it.
        Object.defineProperty(response, 'url', { value: url.href });
        resolve(response);
      });
      // As fetch tells: the reason is the cause.
      sent.on('error', cause => {
        const reason: unknown = init.signal?.reason;
        reject(
          init.signal?.aborted && reason instanceof Error ? reason : new TypeError('fetch failed', { cause }),
        );
      });
      sent.end(init.body instanceof Uint8Array ? init.body : undefined);
    });
}
