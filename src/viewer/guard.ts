import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { networkInterfaces, hostname } from 'node:os';
import { Problem } from './dicomweb/problem';

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

/**
 * Refuses requests that come by a foreign name, and those of pages of other origins that would change something or ask for
 * images. The page itself may be opened from anywhere.
 *
 * @param forImages whether the request is one to the DICOMweb service
 * @throws Problem 403 or 421
 */
export function checkRequest(request: IncomingMessage, hosts: Set<string>, forImages: boolean): void {
  const host = request.headers.host ?? '';
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (!hosts.has(name)) {
    throw new Problem(421, 'This server does not answer to that host name (see --allow-host).', true);
  }
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && !forImages) return;
  const { origin, 'sec-fetch-site': site } = request.headers;
  const foreignOrigin = origin !== undefined && !isSameOrigin(origin, host);
  // To a browser, all ports of a machine are one site: "same-site" may be any other program's page.
  const foreignSite = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (foreignOrigin || foreignSite) {
    throw new Problem(403, 'Pages of other origins may neither read nor store images here.', true);
  }
}

function isSameOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}

function bracket(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}
