import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DicomFolder } from '../../src/viewer/dicomweb/dicom-folder';
import { MemoryBudget } from '../../src/viewer/memory-budget';
import { createViewerServer, type ViewerServerOptions } from '../../src/viewer/server';

/** A viewer server over temporary folders. */
export interface TestServer {
  origin: string;
  port: number;
  web: string;
  data: string;
  store: string;
  root: string;
  errors: Error[];
  close(): Promise<void>;
}

/** Starts a server over the given DICOM files (name → bytes); the viewer itself is a stand-in page. */
export async function startServer(
  files: Record<string, Uint8Array>,
  options: Partial<ViewerServerOptions> = {},
): Promise<TestServer> {
  const root = mkdtempSync(path.join(tmpdir(), 'explain-viewer-'));
  const folder = (name: string) => path.join(root, name);
  for (const name of ['data', 'store', 'viewer', 'extension', 'models/demo', 'models/unfinished']) {
    mkdirSync(folder(name), { recursive: true });
  }
  writeFileSync(folder('secret.txt'), 'secret');
  writeFileSync(folder('viewer/index.html'), '<html>viewer</html>');
  writeFileSync(folder('extension/index.js'), 'export default 1;');
  writeFileSync(folder('models/demo/model-card.json'), '{"id":"demo"}');
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(folder(`data/${name}`)), { recursive: true });
    writeFileSync(folder(`data/${name}`), bytes);
  }
  const errors: Error[] = [];
  const server = createViewerServer({
    folder: new DicomFolder({ read: [folder('data')], write: folder('store') }),
    uploadLimit: 2 ** 20,
    memory: { requests: new MemoryBudget(2 ** 26), answers: new MemoryBudget(2 ** 26) },
    viewerFolder: folder('viewer'),
    extensionFolder: folder('extension'),
    modelsFolder: folder('models'),
    host: '127.0.0.1',
    onError: error => errors.push(error),
    ...options,
  });
  const port = await listen(server);
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    port,
    web: `${origin}/dicom-web`,
    data: folder('data'),
    store: folder('store'),
    root,
    errors,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
