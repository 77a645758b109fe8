import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { networkInterfaces, hostname } from 'node:os';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** Whether only this machine can reach a server bound to this address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The names under which a server may be asked for. A page elsewhere that points its own name at this address
 * (DNS rebinding) is thereby refused.
 *
 * @param host address that the server is bound to
 * @param extra further names, e.g. that of a reverse proxy
 */
export function allowedHosts(host: string, extra: string[] = []): Set<string> {
  const names = [...loopbackNames, bracket(host), ...extra];
  if (host === '0.0.0.0' || host === '::') {
    const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? []);
    names.push(hostname(), ...addresses.map(address => bracket(address.address)));
  }
  return new Set(names.map(name => name.toLowerCase()));
}

/** Why a request is refused, as an HTTP status and a reason. */
export interface RequestFault {
  status: 403 | 421;
  reason: string;
}

/**
 * What tells against a request: that it comes by a foreign name, or from a page of another origin and would change something or
 * ask for what is not public. A page itself may be opened from anywhere.
 *
 * @param isPrivate whether reading needs the same care as changing
 * @returns undefined for a request that may be answered
 */
export function requestFault(
  request: IncomingMessage,
  hosts: ReadonlySet<string>,
  isPrivate: boolean,
): RequestFault | undefined {
  const host = request.headers.host ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (!hosts.has(name))
    return { status: 421, reason: 'This server does not answer to that host name (see --allow-host).' };
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && !isPrivate) return undefined;
  const { origin } = request.headers;
  const foreignOrigin = origin !== undefined && !isSameOrigin(origin, host);
  return foreignOrigin || isCrossSite(request)
    ? { status: 403, reason: 'Pages of other origins may neither read nor store here.' }
    : undefined;
}

/** Whether a browser says that a page of another origin asks. */
export function isCrossSite({ headers }: IncomingMessage): boolean {
  const { 'sec-fetch-site': site } = headers;
  // To a browser, all ports of a machine are one site: "same-site" may be any other program's page.
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function isSameOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function bracket(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}
