import { createServer, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelPackageError } from '../../src/models/card';
import { readModelCard } from '../../src/models/package';
import { fetchReader } from '../../src/models/readers';
import { folderReader } from '../../src/io/folder-reader';

const content = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);

describe('fetchReader', () => {
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      switch (request.url) {
        case '/models/one/weights.bin':
          return response.end(content);
        case '/models/one/page.bin': // a single-page viewer's answer to any path
          return response
            .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
            .end('<!doctype html>');
        case '/models/one/hung.bin': // some bytes, and then nothing
          response.writeHead(200, { 'content-length': content.length });
          response.write(content.subarray(0, 1000));
          return;
        case '/models/one/silent.bin': // not even headers
          return;
        case '/models/one/slow.bin': // something every 100 ms, longer than the patience in all
          response.writeHead(200);
          for (let k = 0; k < 6; k++) setTimeout(() => response.write(content.subarray(k * 50, k * 50 + 50)), 100 * k);
          setTimeout(() => response.end(), 600);
          return;
        case '/models/one/asked.bin':
        case '/models/one/model-card.json':
          return response.end(request.headers['cache-control'] ?? 'no word');
        case '/models/one/broken.bin':
          response.writeHead(200, { 'content-length': content.length });
          response.write(content.subarray(0, 1000), () => response.destroy());
          return;
        default:
          return response.writeHead(404).end();
      }
    });
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/one`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise(done => server.close(done));
  });

  async function refusal(file: string, from = base): Promise<ModelPackageError> {
    const error = await fetchReader(from)(file).catch((e: Error) => e);
    expect(error).toBeInstanceOf(ModelPackageError);
    return error as ModelPackageError;
  }

  it('reads a file below the address, with or without a slash at its end, and hands its parts on as they come', async () => {
    for (const address of [base, `${base}/`]) {
      const seen: Uint8Array[] = [];
      const bytes = await fetchReader(address)('weights.bin', chunk => seen.push(chunk.slice()));
      expect(Buffer.from(bytes).equals(Buffer.from(content))).toBe(true);
      expect(Buffer.concat(seen).equals(Buffer.from(content))).toBe(true);
    }
  });

  it.each(['hung.bin', 'silent.bin'])('gives up a transfer that hangs: %s', async file => {
    const error = await fetchReader(base, 300)(file).catch((e: Error) => e);
    expect(error).toBeInstanceOf(ModelPackageError);
    expect((error as Error).message).toMatch(/the server sent nothing for 0 s\. Try again/);
  });

  it('has patience with a slow one', async () => {
    expect(await fetchReader(base, 300)('slow.bin')).toHaveLength(300);
  });

  it('asks past every cache where it is told to, and always for what describes the others', async () => {
    const text = async (file: string, fresh?: boolean): Promise<string> =>
      new TextDecoder().decode(await fetchReader(base)(file, undefined, fresh));
    expect(await text('asked.bin')).toBe('no word');
    expect(await text('asked.bin', true)).toBe('no-cache');
    expect(await text('model-card.json')).toBe('max-age=0');
  });

  it('says what answered when a file is missing', async () => {
    const missing = await refusal('absent.bin');
    expect(missing.code).toBe('missing');
    expect(missing.message).toContain('absent.bin is missing: HTTP 404');
    const page = await refusal('page.bin');
    expect(page.code).toBe('missing');
    expect(page.message).toMatch(/web page instead/);
  });

  it('says so when the server is away, or breaks off', async () => {
    const away = await refusal('weights.bin', 'http://127.0.0.1:9/models');
    expect(away.code).toBe('missing');
    expect(away.message).toContain('cannot be reached');
    const broken = await refusal('broken.bin');
    expect(broken.code).toBe('missing');
    expect(broken.message).toMatch(/broken\.bin.*broke off/);
  });
});

describe('folderReader', () => {
  it('reads a file, and names one that is missing', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'package-'));
    try {
      await writeFile(path.join(folder, 'a.bin'), 'abc');
      expect(Buffer.from(await folderReader(folder)('a.bin')).toString()).toBe('abc');
      const error = await folderReader(folder)('b.bin').catch((e: Error) => e);
      expect((error as Error).message).toMatch(/b\.bin cannot be read: there is no such file/);
      const package_ = await readModelCard(folderReader(folder)).catch((e: Error) => e);
      expect(package_).toBeInstanceOf(ModelPackageError);
      expect((package_ as ModelPackageError).code).toBe('missing');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
