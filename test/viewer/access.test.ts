import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeToken } from '../../src/viewer/access';
import { dicomFile, image } from './dicom-bytes';
import { startServer, type TestServer } from './test-server';

const film = { 'film.dcm': dicomFile(image({ study: '1.1', series: '1.1.1', instance: '1.1.1.1' })) };

describe('with a token', () => {
  const token = makeToken();
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(film, { token });
  });
  afterAll(() => server.close());

  const ask = (at: string, headers: Record<string, string> = {}) =>
    fetch(server.origin + at, { headers, redirect: 'manual' });

  it('nothing is told without it', async () => {
    for (const at of ['/', '/app-config.js', '/explain/index.js', '/dicom-web/studies', '/nothing.js']) {
      const response = await ask(at);
      expect(response.status, at).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect((await response.json()).error).toContain('asks for a token');
    }
    const post = await fetch(`${server.web}/studies`, { method: 'POST', body: 'x' });
    expect(post.status).toBe(401);
  });

  it.each(['', 'x', `${token}x`, token.slice(1), token.toUpperCase()])(
    '%j is not taken for it',
    async text => {
      const cookie = `explain-token-${server.port}=${text}`;
      expect((await ask(`/?token=${text}`)).status).toBe(401);
      expect((await ask('/', { Cookie: cookie })).status).toBe(401);
      expect((await ask('/', { Authorization: `Bearer ${text}` })).status).toBe(401);
    },
  );

  it('the start address gives the browser a cookie that scripts and other sites do not get', async () => {
    const response = await ask(`/viewer?StudyInstanceUIDs=1.1&token=${token}`);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/viewer?StudyInstanceUIDs=1.1');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const set = response.headers.get('set-cookie') ?? '';
    expect(set).toContain('HttpOnly');
    expect(set).toContain('SameSite=Strict');
    const cookie = set.split(';')[0];
    for (const at of ['/', '/dicom-web/studies', '/explain/index.js']) {
      expect((await ask(at, { Cookie: `other=1; ${cookie}` })).status, at).toBe(200);
    }
  });

  it('the way back from the start address does not lead to another host', async () => {
    const response = await ask(`//evil.example/?token=${token}`).catch(() => undefined);
    expect(response?.headers.get('location') ?? '/').toMatch(/^\/(?!\/)/);
  });

  it('programs send it as a bearer token', async () => {
    expect((await ask('/dicom-web/studies', { Authorization: `Bearer ${token}` })).status).toBe(200);
  });
});

const hasOpenSsl = spawnSync('openssl', ['version']).status === 0;
describe.skipIf(!hasOpenSsl)('with a certificate (skipped without openssl)', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'explain-tls-'));
  const [certificate, key] = ['cert.pem', 'key.pem'].map(name => path.join(folder, name));
  let server: TestServer;
  beforeAll(async () => {
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
    const names = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate];
    expect(spawnSync('openssl', [...request, ...names]).status).toBe(0);
    const tls = { cert: readFileSync(certificate), key: readFileSync(key) };
    server = await startServer(film, { tls, token: 'x'.repeat(20) });
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  const ask = (at: string, headers: Record<string, string> = {}) =>
    new Promise<{ status?: number; cookie?: string; body: string }>((resolve, reject) => {
      const options = { ca: readFileSync(certificate), headers };
      get(`https://127.0.0.1:${server.port}${at}`, options, response => {
        let body = '';
        response.on('data', chunk => (body += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, cookie: response.headers['set-cookie']?.[0], body }),
        );
      }).on('error', reject);
    });

  it('the connection is encrypted, the cookie kept to such, and addresses say https', async () => {
    const { status, cookie } = await ask(`/?token=${'x'.repeat(20)}`);
    expect(status).toBe(303);
    expect(cookie).toContain('Secure');
    const { body } = await ask('/dicom-web/studies', { Authorization: `Bearer ${'x'.repeat(20)}` });
    expect(JSON.parse(body)[0]['00081190'].Value[0]).toMatch(/^https:\/\/127\.0\.0\.1:/);
  });
});
