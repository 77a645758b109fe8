import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands where a browser expects the way to other hosts, and lets nothing through. */
export interface NetworkTrap {
  /** What a browser is given as its proxy. */
  proxy: { server: string; bypass: string };
  /** Everything that was to leave the machine, whichever part of the browser asked: pages, workers, service workers. */
  attempts: string[];
  close(): void;
}

/** Starts a proxy that answers 403 to all and writes down what it was asked for. */
export async function startNetworkTrap(): Promise<NetworkTrap> {
  const attempts: string[] = [];
  const server = createServer((request, response) => {
    attempts.push(request.url ?? '');
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    attempts.push(request.url ?? '');
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    proxy: { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bypass: '127.0.0.1' },
    attempts,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
