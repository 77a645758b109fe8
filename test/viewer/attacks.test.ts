import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeRoot, peakMemory, removeRoot, startChild, type ChildOptions } from './child-process';
import type { ChildServer } from './child-process';
import { dicomFile, encapsulated, image, type Element } from './dicom-bytes';

vi.setConfig({ testTimeout: 240_000 });

// Attacks that once ended or starved the server, against a process of its own. Bounded in count and time, loopback only.

const uids = { study: '1.1', series: '1.1.1', instance: '1.1.1.1' };
const film = dicomFile(image(uids));
const megabytes = (n: number): Element => ['7FE00010', 'OW', new Uint8Array(n * 2 ** 20)];
const size = (rows: number, columns: number) => ({
  r: ['00280010', 'US', [rows]] as Element,
  c: ['00280011', 'US', [columns]] as Element,
});
/** 12 MiB a frame. */
const large = (uid: string) => dicomFile(image({ ...uids, instance: uid }, size(3072, 2048), megabytes(12)));

let root: string;
let server: ChildServer;
beforeAll(async () => {
  root = await makeRoot();
  writeFileSync(path.join(root, 'data/film.dcm'), film);
});
afterAll(() => removeRoot(root));
afterEach(async () => {
  await server.kill();
});

async function start(options: ChildOptions = {}): Promise<void> {
  server = await startChild(root, options);
}

/** The server still runs, tells of no failure of its own, and shows the film. */
async function expectWell(): Promise<void> {
  expect(server.ended()).toBe(false);
  const at = `${server.web}/studies/1.1/series/1.1.1/instances/1.1.1.1`;
  const response = await fetch(at, { headers: { Accept: 'application/dicom' } });
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer()).equals(film)).toBe(true);
  expect(server.errors()).toBe('');
}

function post(bytes: Uint8Array): Promise<Response> {
  return fetch(`${server.web}/studies`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/dicom' },
    body: new Uint8Array(bytes),
  });
}

const raw = (pathname: string) =>
  new Promise<number>((resolve, reject) => {
    const target = new URL(server.origin);
    request({ host: target.hostname, port: target.port, path: pathname }, response => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end();
  });

/** Opens connections that ask for something and take nothing of the answer. */
function stall(pathname: string, count: number): () => void {
  const { port, host } = new URL(server.origin);
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return socket.pause();
  });
  return () => sockets.forEach(socket => socket.destroy());
}

describe('files', () => {
  it.skipIf(process.platform === 'win32')('that may not be read are refused', async () => {
    writeFileSync(path.join(root, 'extension/locked.js'), 'x');
    chmodSync(path.join(root, 'extension/locked.js'), 0);
    symlinkSync('loop.js', path.join(root, 'extension/loop.js'));
    symlinkSync('/proc/self/mem', path.join(root, 'extension/memory.js'));
    await start({ unprivileged: true });
    expect(await raw('/explain/locked.js')).toBe(403);
    expect(await raw('/explain/loop.js')).toBe(404);
    expect(await raw('/explain/memory.js')).toBeLessThan(500);
    await expectWell();
  });

  it('too many of them open are refused with 503, and served afterwards', async () => {
    writeFileSync(path.join(root, 'extension/big.js'), Buffer.alloc(8 * 2 ** 20, 32));
    await start({ files: 48 });
    const letGo = stall('/explain/big.js', 60);
    await new Promise(resolve => setTimeout(resolve, 500));
    letGo();
    await new Promise(resolve => setTimeout(resolve, 500));
    await expectWell();
    const status = await Promise.all(
      Array.from({ length: 15 }, () => raw('/explain/big.js').catch(() => 503)),
    );
    expect(status.every(code => code === 200 || code === 503)).toBe(true);
    await expectWell();
  });

  it('too many open ones do not lose what was stored', async () => {
    await start({ files: 48 });
    const stored = dicomFile(image({ ...uids, instance: '1.1.1.2' }));
    const letGo = stall('/explain/big.js', 60);
    const outcome = await post(stored).catch(() => undefined);
    letGo();
    await new Promise(resolve => setTimeout(resolve, 1500));
    if (outcome?.status !== 200) expect((await post(stored)).status).toBe(200);
    const at = `${server.web}/studies/1.1/series/1.1.1/instances/1.1.1.2`;
    const response = await fetch(at, { headers: { Accept: 'application/dicom' } });
    expect(Buffer.from(await response.arrayBuffer()).equals(stored)).toBe(true);
  });
});

/** What the server may take beyond what it needs to start and run, MiB. */
async function growthOf(act: () => Promise<void>): Promise<number> {
  const before = peakMemory(server.pid);
  await act();
  const after = peakMemory(server.pid);
  return before === undefined || after === undefined ? NaN : after - before;
}

const tellsMemory = peakMemory(process.pid) !== undefined;

describe.skipIf(!tellsMemory)('memory (skipped where the system does not tell of it)', () => {
  it('is not multiplied by a list of frames', async () => {
    writeFileSync(path.join(root, 'data/large.dcm'), large('1.1.1.3'));
    await start();
    const at = `/dicom-web/studies/1.1/series/1.1.1/instances/1.1.1.3/frames/`;
    const growth = await growthOf(async () => {
      expect(await raw(at + Array(5000).fill('1').join(','))).toBe(400);
      expect(await raw(at + Array.from({ length: 1500 }, (_, n) => n + 1).join(','))).toBe(404);
      expect(await raw(`${at}1`)).toBe(200);
    });
    expect(growth).toBeLessThan(100);
    await expectWell();
  });

  it('of answers that nobody takes is bounded', async () => {
    await start({ answers: 64 });
    const growth = await growthOf(async () => {
      const letGo = stall('/dicom-web/studies/1.1/series/1.1.1/instances/1.1.1.3/frames/1', 40);
      await new Promise(resolve => setTimeout(resolve, 3000));
      letGo();
      await new Promise(resolve => setTimeout(resolve, 500));
    });
    expect(growth).toBeLessThan(200); // 40 × 12 MiB and a copy of each would be 960
    await expectWell();
  });

  it('of large requests is bounded for all together', async () => {
    await start({ uploadLimit: 48, requests: 48 });
    const growth = await growthOf(async () => {
      const bodies = Array.from({ length: 6 }, () => Buffer.alloc(40 * 2 ** 20, 1));
      const answers = await Promise.all(bodies.map(body => post(body)));
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(409));
    });
    expect(growth).toBeLessThan(160); // 6 × 40 MiB, each joined from its chunks, would be 480
    await expectWell();
  });

  it('is not filled by 20 MiB of empty items, names or elements, in the folder or sent', async () => {
    const items = Buffer.alloc(20 * 2 ** 20);
    for (let at = 0; at < items.length; at += 8) items.writeUInt32LE(0xe000fffe, at);
    const whole = dicomFile(image({ ...uids, instance: '1.1.1.6' }));
    const at = whole.indexOf(Buffer.from('10001000504e', 'hex')); // Patient's Name follows
    const header = Buffer.from('08004011535100000000e000', 'hex');
    header.writeUInt32LE(items.length, 8);
    const hostile = Buffer.concat([whole.subarray(0, at), header, items, whole.subarray(at)]);
    const names = Buffer.concat([header, Buffer.alloc(20 * 2 ** 20, 'a\\')]);
    names.write('UC', 4, 'latin1');
    const texts = Buffer.concat([whole.subarray(0, at), names, whole.subarray(at)]);
    writeFileSync(path.join(root, 'data/items.dcm'), hostile);
    writeFileSync(path.join(root, 'data/texts.dcm'), texts);
    await start();
    expect(await raw('/dicom-web/studies')).toBe(200);
    expect((await post(hostile)).status).toBe(409);
    expect((await post(texts)).status).toBe(409);
    expect(await raw('/dicom-web/studies/1.1/metadata')).toBe(200);
    expect(peakMemory(server.pid)).toBeLessThan(320); // one object an item would be 590 and more
    expect(processorTime(server.pid)).toBeLessThan(15);
    await expectWell();
    rmSync(path.join(root, 'data/items.dcm'));
    rmSync(path.join(root, 'data/texts.dcm'));
  });

  it('is not filled by a deflated file, which is refused', async () => {
    const bomb = deflate(image({ ...uids, instance: '1.1.1.4' }, size(10240, 10240), megabytes(200)));
    expect(bomb.length).toBeLessThan(2 ** 20);
    writeFileSync(path.join(root, 'data/bomb.dcm'), bomb);
    await start();
    const growth = await growthOf(async () => {
      expect((await post(bomb)).status).toBe(409);
      expect((await post(bomb)).status).toBe(409);
    });
    expect(growth).toBeLessThan(200);
    expect(peakMemory(server.pid)).toBeLessThan(400);
    expect(processorTime(server.pid)).toBeLessThan(8);
    await expectWell();
    rmSync(path.join(root, 'data/bomb.dcm'));
  });
});

/** Processor time that a process has taken, seconds: a busy machine does not count. */
function processorTime(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'cputimes=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(stdout);
}

/** A file whose data set is deflated (PS3.5 annex A.5). */
function deflate(elements: Element[]): Buffer {
  const file = dicomFile(elements, '1.2.840.10008.1.2.1.99');
  const metaEnd = 132 + 12 + file.readUInt32LE(132 + 8);
  return Buffer.concat([file.subarray(0, metaEnd), deflateRawSync(file.subarray(metaEnd))]);
}

describe('the index', () => {
  /** Processor time of starting over a folder with this file and reading it, seconds. */
  async function timeWith(file: Buffer): Promise<number> {
    writeFileSync(path.join(root, 'data/odd.dcm'), file);
    await start();
    await raw('/dicom-web/studies/1.1/series/1.1.1/instances/1.1.1.5/frames/1');
    await raw('/dicom-web/studies/1.1/series/1.1.1/instances/1.1.1.5/metadata');
    await post(file);
    return processorTime(server.pid);
  }

  it('is not held up by 200,000 empty fragments', async () => {
    const fragments = encapsulated(Array.from({ length: 200_000 }, () => new Uint8Array(0)));
    const elements = image({ ...uids, instance: '1.1.1.5' }, {}, ['7FE00010', 'OB', fragments]);
    expect(await timeWith(dicomFile(elements, '1.2.840.10008.1.2.4.50'))).toBeLessThan(5);
    await expectWell();
  });

  it('is not held up by 3,000 nested sequences', async () => {
    // (0008,1140) SQ and its item, both of undefined length, and their delimiters.
    const begin = '0800401153510000ffffffff feff00e0ffffffff'.replace(' ', '');
    const end = 'feff0de000000000 feffdde000000000'.replace(' ', '');
    const nested = Buffer.from(begin.repeat(3000) + end.repeat(3000), 'hex');
    const whole = dicomFile(image({ ...uids, instance: '1.1.1.5' }));
    const at = whole.indexOf(Buffer.from('10001000504e', 'hex')); // Patient's Name follows
    const file = Buffer.concat([whole.subarray(0, at), nested, whole.subarray(at)]);
    expect(await timeWith(file)).toBeLessThan(5);
    await expectWell();
  });
});

describe('requests', () => {
  it('for all metadata or all files at once are refused', async () => {
    await start();
    for (const pathname of ['/dicom-web/metadata', '/dicom-web/', '/dicom-web/frames/1']) {
      expect(await raw(pathname), pathname).toBe(404);
    }
    await expectWell();
  });

  it.each(['cross-site', 'same-site'])('of a %s page are refused, for images of all kinds', async site => {
    await start();
    const headers = { 'Sec-Fetch-Site': site };
    for (const at of ['studies', 'studies/1.1', 'studies/1.1/metadata']) {
      expect((await fetch(`${server.web}/${at}`, { headers })).status, at).toBe(403);
    }
    for (const allowed of ['same-origin', 'none']) {
      const answer = await fetch(`${server.web}/studies`, { headers: { 'Sec-Fetch-Site': allowed } });
      expect(answer.status).toBe(200);
    }
    // A link on another page may open the viewer.
    expect((await fetch(server.origin, { headers })).status).toBe(200);
    await expectWell();
  });
});
