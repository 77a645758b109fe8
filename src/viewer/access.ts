import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from './dicomweb/problem';

/** Shorter tokens can be guessed. */
export const shortestToken = 16;

/** A token that nobody guesses (192 bits), fit for an address. */
export function makeToken(): string {
  return randomBytes(24).toString('base64url');
}

/** What a token opens: how an address carries it, and the cookie that remembers it. */
export interface Door {
  parameter: string;
  cookie: string;
  path: string;
  /** What is said without it, and the way out. */
  refusal: string;
}

const wholeViewer: Door = {
  parameter: 'token',
  cookie: 'explain-token',
  path: '/',
  refusal:
    'This viewer asks for a token: open the address that was printed at the start (it ends in ?token=…).',
};

/**
 * Lets a request through that carries the token: in a cookie, as a browser does once it has opened the address with
 * `?token=…`, or as `Authorization: Bearer …`, as a program does.
 *
 * @param url the request's address; one that holds the token is answered with the cookie and the address without it
 * @param secure whether the connection is encrypted
 * @returns whether the request is answered by that
 * @throws Problem 401 without the token or with a wrong one
 */
export function checkToken(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  token: string,
  secure: boolean,
  door: Door = wholeViewer,
): boolean {
  const cookie = cookieName(request, door);
  const given = url.searchParams.get(door.parameter);
  if (given !== null && isSame(given, token)) {
    url.searchParams.delete(door.parameter);
    remember(request, response, token, secure, door);
    // The token stays neither in the address bar nor in the history. One slash: two would name another host.
    const location = `/${url.pathname.replace(/^\/+/, '')}${url.search}`;
    response.writeHead(303, { Location: location, 'Cache-Control': 'no-store' }).end();
    return true;
  }
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const carried = [bearer, cookieOf(request, cookie)];
  if (carried.some(text => text !== undefined && isSame(text, token))) return false;
  response.setHeader('WWW-Authenticate', 'Bearer');
  throw new Problem(401, door.refusal, true);
}

/** Lets the browser carry a token in a cookie from now on. */
export function remember(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  secure: boolean,
  door: Door,
): void {
  response.setHeader(
    'Set-Cookie',
    `${cookieName(request, door)}=${token}; Path=${door.path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`,
  );
}

/** Whether a request carries a token in the cookie that remembers it. */
export function remembers(request: IncomingMessage, token: string, door: Door): boolean {
  const carried = cookieOf(request, cookieName(request, door));
  return carried !== undefined && isSame(carried, token);
}

/** Cookies know no ports: two viewers on one machine must not take each other's. */
function cookieName(request: IncomingMessage, door: Door): string {
  return `${door.cookie}-${request.socket.localPort}`;
}

function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map(cookie => cookie.trim());
  return cookies.find(cookie => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Compares without telling by its duration how much of the text was right. */
export function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
