import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isUid } from '../dicom/uid';
import { allowedHosts, isCrossSite, requestFault } from '../io/request-guard';
import type { Figures } from './figures';
import type { HarmlessText } from '../io/harmless';
import type { NoticeCounts, Notices } from './notices';

/** How a service is asked and told. */
export interface ListenOptions {
  host: string;
  /** 0 for any that is free. */
  port: number;
  /** What a sender of notices must know; absent: whoever reaches the address by one of its names may send one. */
  token?: string;
  /** Further names that it is asked by, e.g. that of a reverse proxy; for want of a token. */
  hosts?: string[];
}

/** What `/health` says. */
export interface Health {
  status: 'starting' | 'ok' | 'degraded' | 'failing' | 'stopping';
  /** Why it fails, or works without a log or an audit. */
  reason?: HarmlessText;
  /** When the last pass without a failure ended. */
  lastCompletePass?: string;
  /** Studies told of. */
  notices: NoticeCounts;
}

/** The service as seen from outside. */
interface Listener {
  /** Address, without a slash at its end. */
  url: string;
  close(): Promise<void>;
}

/** A notice holds one UID. */
const longestBody = 64 * 1024;

/**
 * Answers `POST /studies` (an archive tells of a study that has changed: JSON with StudyInstanceUID, also in the DICOM JSON
 * Model), `GET /health` and `GET /metrics`. A notice is taken (202) before anything is looked at, and names nothing but a study:
 * what is explained is still what the service was started for.
 *
 * A page that a user of this machine opens could reach the address too: one of another origin is refused, and, where no token
 * keeps it out, one that points a name of its own here (DNS rebinding).
 */
export async function listen(
  { host, port, token, hosts = [] }: ListenOptions,
  notices: Notices,
  figures: Figures,
  health: () => Health,
): Promise<Listener> {
  const patience = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5000 };
  const server = createServer(patience, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.maxConnections = 100;

  const names = allowedHosts(host, hosts);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fault = token === undefined ? requestFault(request, names, false) : undefined;
    if (fault) return refuse(response, fault.status, fault.reason);
    const path = (request.url ?? '').split('?')[0];
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (path === '/health' && isRead) {
      const told = health();
      // A degraded service works: started anew, as an orchestrator would, it could not open its log.
      const isWell = told.status !== 'failing' && told.status !== 'stopping';
      send(response, isWell ? 200 : 503, 'application/json', JSON.stringify(told));
    } else if (path === '/metrics' && isRead) {
      send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', figures.text(notices.counts));
    } else if (path === '/studies' && request.method === 'POST') {
      await take(request, response);
    } else {
      const isKnown = ['/health', '/metrics', '/studies'].includes(path);
      refuse(response, isKnown ? 405 : 404, 'There are POST /studies, GET /health and GET /metrics.');
    }
  };

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (token !== undefined && !isSame(request.headers.authorization ?? '', `Bearer ${token}`))
      return refuse(response, 401, 'Send "Authorization: Bearer" with the token of EXPLAIN_LISTEN_TOKEN.');
    if (isCrossSite(request)) return refuse(response, 403, 'Pages of other origins may not tell of studies.');
    // A page in a browser can send JSON to another origin only after asking, which is never answered.
    if (!/^application\/(dicom\+)?json\b/i.test(request.headers['content-type'] ?? ''))
      return refuse(response, 415, 'Send application/json.');
    const body = await bodyOf(request);
    if (body === undefined) return refuse(response, 413, 'A notice is shorter than 64 KiB.');
    const uid = studyIn(body);
    if (uid === undefined) return refuse(response, 400, 'Send {"StudyInstanceUID": "…"} with a valid UID.');
    if (!notices.add(uid)) return refuse(response, 503, 'Too many studies wait already.');
    send(response, 202, 'application/json', JSON.stringify({ waiting: notices.counts.waiting }));
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: open } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${open}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.setHeader('Connection', 'close');
  send(response, status, 'application/json', JSON.stringify({ reason }));
}

/** @returns undefined for one that is too long, whose rest is not read */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function studyIn(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const { StudyInstanceUID, '0020000D': element } = Object(value) as Record<string, unknown>;
  const [ofElement] = [(Object(element) as { Value?: unknown }).Value].flat();
  const uid = StudyInstanceUID ?? ofElement;
  return typeof uid === 'string' && isUid(uid) ? uid : undefined;
}

/** Takes as long whatever they differ in. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
