import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { writeOnce } from '../../src/viewer/dicomweb/write-once';
import { MemoryBudget } from '../../src/viewer/memory-budget';
import { dicomFile, image, type Element } from './dicom-bytes';
import { startServer, type TestServer } from './test-server';

vi.setConfig({ testTimeout: 60_000 });

const MiB = 2 ** 20;
const uids = { study: '1.1', series: '1.1.1', instance: '1.1.1.1' };
const film = (instance: string, megabytes = 0) => {
  const pixels: Element = ['7FE00010', 'OW', new Uint8Array(Math.max(8, megabytes * MiB))];
  return dicomFile(image({ ...uids, instance }, {}, pixels));
};

let server: TestServer;
afterEach(() => server.close());

/** The patience of other requests is 30 s; here a client that stands still is cut off after this time, ms. */
const stretch = 1500;
const start = async () => {
  const memory = { requests: new MemoryBudget(64 * MiB), answers: new MemoryBudget(64 * MiB) };
  server = await startServer({}, { uploadLimit: 64 * MiB, memory, stretch });
};

async function store(bytes: Uint8Array): Promise<{ status: number; seconds: number }> {
  const begin = performance.now();
  const { status } = await fetch(`${server.web}/studies`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/dicom' },
    body: new Uint8Array(bytes),
  });
  return { status, seconds: (performance.now() - begin) / 1000 };
}

/** Begins an upload of 60 MiB, sends some of it, and no more; what comes back is the answer. */
function stalled(bytes: number): { socket: Socket; answer: Promise<string> } {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(
    `POST /dicom-web/studies HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n` +
      `Content-Type: application/dicom\r\nContent-Length: ${60 * MiB}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(bytes, 1));
  let text = '';
  const answer = new Promise<string>(resolve => {
    socket.on('data', data => (text += data.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', () => resolve(text));
  });
  return { socket, answer };
}

describe('an upload that stands still', () => {
  it('holds nothing by the length that it announces, and is cut off', async () => {
    await start();
    const uploads = Array.from({ length: 20 }, () => stalled(1));
    await new Promise(resolve => setTimeout(resolve, 200));
    const large = await store(film('1.1.1.2', 5));
    expect(large.status).toBe(200);
    for (const { answer } of uploads) expect(await answer).toMatch(/^HTTP\/1.1 408 /);
    expect(server.errors).toEqual([]);
  });

  it('after some megabytes keeps no small one waiting, and a large one only until it is cut off', async () => {
    await start();
    const { answer } = stalled(8 * MiB);
    await new Promise(resolve => setTimeout(resolve, 300));
    expect(await store(film('1.1.1.3'))).toMatchObject({ status: 200 });
    const large = await store(film('1.1.1.4', 5));
    expect(large.status).toBe(200);
    expect(large.seconds).toBeLessThan(25);
    expect(await answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it('is none while a slow client sends on', async () => {
    await start();
    const bytes = film('1.1.1.5', 1);
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += 128 * 1024) {
        yield new Uint8Array(bytes.subarray(at, at + 128 * 1024));
        await new Promise(resolve => setTimeout(resolve, 400));
      }
    };
    const { status } = await fetch(`${server.web}/studies`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/dicom' },
      body: Readable.toWeb(Readable.from(pieces())),
      duplex: 'half',
    } as unknown as RequestInit);
    expect(status).toBe(200);
  });
});

describe('a file that cannot be written', () => {
  it('leaves no folder behind', async () => {
    await start();
    const root = mkdtempSync(path.join(tmpdir(), 'explain-write-'));
    const target = path.join(root, '1.2', '1.2.3', 'x'.repeat(300));
    await expect(writeOnce(target, new Uint8Array(8), root)).rejects.toThrow(/ENAMETOOLONG/);
    expect(readdirSync(root)).toEqual([]);
    expect(await writeOnce(path.join(root, '1.2', '1.2.4', 'a.dcm'), new Uint8Array(8), root)).toBe(true);
    const beside = path.join(root, '1.2', '1.2.5', 'x'.repeat(300));
    await expect(writeOnce(beside, new Uint8Array(8), root)).rejects.toThrow(/ENAMETOOLONG/);
    expect(readdirSync(path.join(root, '1.2'))).toEqual(['1.2.4']);
    rmSync(root, { recursive: true });
  });
});
