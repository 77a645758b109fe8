import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedHosts, isLoopback } from '../../src/io/request-guard';
import { dicomFile, encapsulated, image } from './dicom-bytes';
import { startServer, type TestServer } from './test-server';

const whole = image({ study: '1.1', series: '1.1.1', instance: '1.1.1.1' });
const cutPixels = dicomFile(image({ study: '1.2', series: '1.2.1', instance: '1.2.1.1' })).subarray(0, -4);
const jpeg = image({ study: '1.3', series: '1.3.1', instance: '1.3.1.1' }, {}, [
  '7FE00010',
  'OB',
  encapsulated([new Uint8Array(100)]),
]);

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    'whole.dcm': dicomFile(whole),
    'repeated.dcm': dicomFile(whole),
    'cut.dcm': cutPixels,
    'cut-jpeg.dcm': dicomFile(jpeg, '1.2.840.10008.1.2.4.50').subarray(0, -60),
    'cut-header.dcm': dicomFile(whole).subarray(0, 300),
    'empty.dcm': Buffer.alloc(0),
    'only-preamble.dcm': Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]),
    'noise.dcm': Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(500, 0xa7)]),
    'readme.txt': Buffer.from('hello'),
    '.hidden.dcm': dicomFile(image({ study: '6.6', series: '6.6.1', instance: '6.6.1.1' })),
  });
});
afterAll(() => server.close());

/** Sends a path as it is: `fetch` would tidy up `..` first. */
function raw(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path, headers }, response => {
      let body = '';
      response.on('data', chunk => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('files', () => {
  it('serves the viewer for its own routes, the extension and the models', async () => {
    for (const path of ['/', '/viewer?StudyInstanceUIDs=1.1', '/segmentation/folder']) {
      expect((await raw(path)).body).toBe('<html>viewer</html>');
    }
    const module = await fetch(`${server.origin}/explain/index.js`);
    expect(module.headers.get('content-type')).toBe('text/javascript');
    const card = await fetch(`${server.origin}/explain/models/demo/model-card.json`);
    expect(await card.json()).toEqual({ id: 'demo' });
    const index = await fetch(`${server.origin}/explain/models/index.json`);
    expect(await index.json()).toEqual(['demo']); // a folder without a card is no model
  });

  it('answers 404, not the index page, for files that are missing', async () => {
    for (const path of [
      '/explain/nothing',
      '/explain/models/demo/shard1',
      '/missing.js',
      '/explain/models/',
    ]) {
      expect((await raw(path)).status, path).toBe(404);
    }
  });

  it('configures the viewer with the extension and this server alone', async () => {
    const text = await (await fetch(`${server.origin}/app-config.js`)).text();
    const window = { config: { extensions: [] as string[], dataSources: [] as { configuration: object }[] } };
    new Function('window', 'localStorage', text)(window, { setItem: () => undefined });
    expect(window.config.extensions).toEqual(['/explain/index.js']);
    expect(window.config.dataSources[0].configuration).toMatchObject({
      qidoRoot: '/dicom-web',
      wadoRoot: '/dicom-web',
    });
    expect(text).not.toMatch(/https?:\/\//);
  });

  it.each([
    '/../secret.txt',
    '/explain/../../secret.txt',
    '/explain/..%2f..%2fsecret.txt',
    '/explain/%2e%2e/%2e%2e/secret.txt',
    '/explain/models/../../secret.txt',
    '/explain/models/..%2f..%2f..%2fsecret.txt',
    '/explain/models/%252e%252e/secret.txt',
    '/explain/models//etc/passwd',
    '/..%5csecret.txt',
    '/explain/%00secret.txt',
    '/explain/%',
    '//secret.txt',
    '///',
  ])('%s leads nowhere', async path => {
    const { status, body } = await raw(path);
    expect(status).toBeLessThan(500);
    expect(body).not.toContain('secret\n');
    expect(body === '<html>viewer</html>' || status >= 400).toBe(true);
  });
});

describe('links in a package', () => {
  let linked: TestServer;
  beforeAll(async () => {
    linked = await startServer({});
    const at = (...names: string[]): string => path.join(linked.root, ...names);
    mkdirSync(at('elsewhere'));
    writeFileSync(at('elsewhere/model-card.json'), 'secret');
    // The models folder may itself be a link.
    renameSync(at('models'), at('real-models'));
    symlinkSync('real-models', at('models'));
    symlinkSync('../../secret.txt', at('models/demo/leak.json'));
    symlinkSync('../..', at('models/demo/up'));
    symlinkSync('../elsewhere', at('models/other'));
    symlinkSync('model-card.json', at('models/demo/inside.json'));
  });
  afterAll(() => linked.close());

  it.each(['demo/leak.json', 'demo/up/secret.txt', 'other/model-card.json'])(
    'that lead out of the models folder are not followed: %s',
    async name => {
      const answer = await fetch(`${linked.origin}/explain/models/${name}`);
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain('secret');
    },
  );

  it('that stay inside are followed, and packages outside not listed', async () => {
    const inside = await fetch(`${linked.origin}/explain/models/demo/inside.json`);
    expect(await inside.json()).toEqual({ id: 'demo' });
    const index = await fetch(`${linked.origin}/explain/models/index.json`);
    expect(await index.json()).toEqual(['demo']);
  });
});

describe('a pipe in the models folder', () => {
  it('is no package and no file, and keeps nobody waiting', async () => {
    const piped = await startServer({});
    try {
      mkdirSync(path.join(piped.root, 'models/pipe'));
      execFileSync('mkfifo', [path.join(piped.root, 'models/pipe/model-card.json')]);
      // More than libuv has threads: opened one after the other, each would keep one for ever.
      const asked = Array.from({ length: 8 }, () =>
        fetch(`${piped.origin}/explain/models/pipe/model-card.json`, { signal: AbortSignal.timeout(10_000) }),
      );
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(8).fill(404));
      const index = await fetch(`${piped.origin}/explain/models/index.json`);
      expect(await index.json()).toEqual(['demo']);
    } finally {
      await piped.close();
    }
  });
});

describe('guards', () => {
  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.', '10.0.0.1'])(
    'refuses the host name %j (DNS rebinding)',
    async host => {
      const { status } = await raw('/dicom-web/studies', { Host: host });
      expect([400, 421]).toContain(status);
    },
  );

  it.each(['127.0.0.1', 'localhost', 'LOCALHOST:1234', '[::1]:3000'])('answers to %s', async host => {
    expect((await raw('/dicom-web/studies', { Host: host })).status).toBe(200);
  });

  it('knows which addresses stay on this machine', () => {
    expect(['127.0.0.1', '127.8.9.1', '::1', 'localhost'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '192.168.1.4', '127.0.0.1.evil.example', '1270.0.0.1'].some(isLoopback)).toBe(
      false,
    );
    expect(allowedHosts('127.0.0.1', ['pacs.example']).has('pacs.example')).toBe(true);
    expect(allowedHosts('127.0.0.1').has('pacs.example')).toBe(false);
  });

  it('lets the page load from this server alone, and no page frame it', async () => {
    const { headers } = await fetch(server.origin);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*/);
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  });

  it('survives what is no HTTP', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('\x16\x03\x01 what is this\r\n\r\n');
    await new Promise(resolve => socket.on('close', resolve));
    expect((await raw('/')).status).toBe(200);
  });
});

describe('a folder with damaged files', () => {
  it('lists those that tell what they are, with a warning, and leaves out the others', async () => {
    const response = await fetch(`${server.web}/studies`);
    expect(response.headers.get('warning')).toContain('2 instance(s)');
    const uids = (await response.json()).map(
      (study: Record<string, { Value: string[] }>) => study['0020000D'].Value[0],
    );
    expect(uids.sort()).toEqual(['1.1', '1.2', '1.3']);
    expect(server.errors).toEqual([]);
  });

  it('gives their metadata and says what is wrong with their frames', async () => {
    const cut = `${server.web}/studies/1.2/series/1.2.1/instances/1.2.1.1`;
    expect((await fetch(`${cut}/metadata`)).status).toBe(200);
    const frame = await fetch(`${cut}/frames/1`);
    expect(frame.status).toBe(404);
    expect((await frame.json()).error).toContain('12 of the pixel data, 8 bytes');
    const jpegFrame = await fetch(`${server.web}/studies/1.3/series/1.3.1/instances/1.3.1.1/frames/1`);
    expect(jpegFrame.status).toBe(404);
  });
});
