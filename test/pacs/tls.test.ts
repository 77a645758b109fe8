import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DicomWebClient, tlsFetch } from '../../src/pacs';
import { hasOpenssl } from '../support/debian-programs';
import { quickRetries } from './fixtures';

describe.skipIf(!hasOpenssl)('client certificates (skipped without openssl)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'explain-mtls-'));
  const file = (name: string): string => path.join(folder, name);
  let server: Server;
  let url: string;

  beforeAll(async () => {
    for (const name of ['server', 'client', 'stranger']) {
      const made = spawnSync('openssl', [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', `/CN=${name}`],
        ...['-addext', 'subjectAltName=IP:127.0.0.1'],
        ...['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)],
      ]);
      expect(made.status).toBe(0);
    }
    const options = {
      cert: readFileSync(file('server.pem')),
      key: readFileSync(file('server.key')),
      ca: readFileSync(file('client.pem')),
      requestCert: true,
      rejectUnauthorized: true,
    };
    server = createServer(options, (request, response) => {
      if (request.url?.includes('moved')) return response.writeHead(302, { Location: '/log-in' }).end();
      let length = 0;
      request.on('data', (part: Buffer) => (length += part.length));
      request.on('end', () =>
        response.writeHead(200, { 'Content-Type': 'application/dicom+json' }).end(
          JSON.stringify([
            {
              '0020000D': { vr: 'UI', Value: ['1.2'] },
              '00081199': {
                vr: 'SQ',
                Value: length > 0 ? [{ '00081155': { vr: 'UI', Value: ['1.9'] } }] : [],
              },
            },
          ]),
        ),
      );
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`;
  }, 60_000);
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true });
  });

  const clientOf = (name: string | undefined, ca = 'server.pem'): DicomWebClient =>
    new DicomWebClient({
      url,
      retries: { ...quickRetries, retries: 0 },
      fetch: tlsFetch({
        ...(name && { cert: readFileSync(file(`${name}.pem`)), key: readFileSync(file(`${name}.key`)) }),
        ca: readFileSync(file(ca)),
      }),
    });

  it('open the archive to who has one, for searches and for what is stored', async () => {
    const client = clientOf('client');
    expect(await client.search('studies', {})).toMatchObject([{ StudyInstanceUID: '1.2' }]);
    const stored = await client.store('1.2', [{ uid: '1.9', bytes: new Uint8Array(100_000) }]);
    expect(stored.stored).toEqual(['1.9']);
  });

  it('of others, and none, open nothing', async () => {
    await expect(clientOf('stranger').search('studies', {})).rejects.toThrow(/cannot be reached|broke off/);
    await expect(clientOf(undefined).search('studies', {})).rejects.toThrow(/cannot be reached|broke off/);
  });

  it('a server of another authority is not trusted', async () => {
    await expect(clientOf('client', 'client.pem').search('studies', {})).rejects.toThrow(/not trusted/);
  });

  it('redirections are not followed', async () => {
    await expect(clientOf('client').search('moved', {})).rejects.toThrow(/HTTP 302 Found, to another path/);
  });

  it('an answer that does not come in time is given up', async () => {
    const client = new DicomWebClient({
      url: 'https://127.0.0.1:9/',
      timeoutMs: 1,
      retries: { ...quickRetries, retries: 0 },
      fetch: tlsFetch({}),
    });
    await expect(client.search('studies', {})).rejects.toThrow(
      /cannot be reached \((no answer in time|ECONNREFUSED)/,
    );
  });
});
