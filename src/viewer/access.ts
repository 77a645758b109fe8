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
interface Door {
  parameter: string;
  cookie: string;
  path: string;
}

const wholeViewer: Door = { parameter: 'token', cookie: 'explain-token', path: '/' };

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
  // Cookies know no ports: two viewers on one machine must not take each other's.
  const cookie = `${door.cookie}-${request.socket.localPort}`;
  const given = url.searchParams.get(door.parameter);
  if (given !== null && isSame(given, token)) {
    url.searchParams.delete(door.parameter);
    response.setHeader(
      'Set-Cookie',
      `${cookie}=${token}; Path=${door.path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`,
    );
    // The token stays neither in the address bar nor in the history. One slash: two would name another host.
    const location = `/${url.pathname.replace(/^\/+/, '')}${url.search}`;
    response.writeHead(303, { Location: location, 'Cache-Control': 'no-store' }).end();
    return true;
  }
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const carried = [bearer, cookieOf(request, cookie)];
  if (carried.some(text => text !== undefined && isSame(text, token))) return false;
  response.setHeader('WWW-Authenticate', 'Bearer');
  throw new Problem(
    401,
    `This ${door === wholeViewer ? 'viewer asks for a token' : 'page is for the coordinator'}: open the address that was printed at the start (it ends in ?${door.parameter}=…).`,
    true,
  );
}

function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const cookies = (request.headers.cookie ?? '').split(';').map(cookie => cookie.trim());
  return cookies.find(cookie => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Compares without telling by its duration how much of the text was right. */
function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
