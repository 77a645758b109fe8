import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a proxy changes of the viewer server's answers, as somebody's own web server would. */
export interface ProxyOptions {
  /** Content-Security-Policy of every answer; without it there is none. */
  policy?: string;
  /** Content-Security-Policy of the extension's files, and thereby of its worker, in place of that one. */
  extensionPolicy?: string;
  /** Further headers of every answer. */
  headers?: Record<string, string>;
  /** Folder under which the extension is served instead of `/explain/`; no slash at its end. */
  extensionAt?: string;
  /** Address of the extension's module as app-config names it; `extensionAt` of this server without it. */
  extensionUrl?: string;
  /** Address of another server whose DICOMweb service stands in for the viewer server's own. */
  archive?: string;
}

export interface Proxy {
  /** Address, ending in `/`. */
  address: string;
  close(): void;
}

/** Headers by which the viewer's own server restricts its pages; a proxy starts without them. */
const replaced = [
  'content-security-policy',
  'cross-origin-opener-policy',
  'cross-origin-embedder-policy',
  'cross-origin-resource-policy',
];

/** Puts another web server in front of a viewer server. */
export async function startProxy(target: string, options: ProxyOptions): Promise<Proxy> {
  const { extensionAt = '/explain', policy, headers = {} } = options;
  const viewer = new URL(target);
  const server: Server = createServer((incoming, outgoing) => {
    const url = incoming.url ?? '/';
    const isConfig = url === '/app-config.js';
    const moved = url.startsWith(`${extensionAt}/`) ? `/explain${url.slice(extensionAt.length)}` : undefined;
    if (extensionAt !== '/explain' && url.startsWith('/explain/')) return outgoing.writeHead(404).end();
    const { hostname, port } =
      options.archive && url.startsWith('/dicom-web') ? new URL(options.archive) : viewer;
    const forwarded = request(
      { hostname, port, method: incoming.method, path: moved ?? url, headers: incoming.headers },
      answer => {
        const kept = Object.entries(answer.headers).filter(([name]) => !replaced.includes(name));
        outgoing.statusCode = answer.statusCode ?? 502;
        for (const [name, value] of kept) {
          if (value !== undefined && !(isConfig && name === 'content-length'))
            outgoing.setHeader(name, value);
        }
        const own = moved === undefined ? policy : (options.extensionPolicy ?? policy);
        if (own) outgoing.setHeader('Content-Security-Policy', own);
        for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
        if (!isConfig) return answer.pipe(outgoing);
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const module = options.extensionUrl ?? `${extensionAt}/index.js`;
          outgoing.end(Buffer.concat(parts).toString().replace('/explain/index.js', module));
        });
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
