import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ModelPackage } from '../../src/models/package';
import {
  DicomWebClient,
  findImages,
  findStudyImages,
  runImages,
  runService,
  type Task,
} from '../../src/pacs';
import type { Process, ServiceOptions } from '../../src/pacs';
import { untrainedPackage } from '../cli/untrained-package';
import { hasOrthanc, hasOrthancPython, startOrthanc, withPythonScript } from '../support/debian-programs';
import { startServer } from '../viewer/test-server';
import { census, fill, memoryLog, phantomFiles, quickRetries, startFake, taskFor } from './fixtures';

let folder: string;
let model: ModelPackage;
let files: Record<string, Uint8Array>;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  folder = await untrainedPackage();
  const { openUntrained } = await import('./fixtures');
  model = await openUntrained(folder);
  files = await phantomFiles(3);
}, 120_000);
afterAll(() => {
  model?.dispose();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Lines extends Record<string, unknown> {
  event: string;
  level: string;
}

/** A service that runs until it is stopped, and what it says. */
function start(
  url: string,
  options: Omit<ServiceOptions, 'signal'>,
  change: { task?: Partial<Task>; process?: Process } = {},
) {
  const { log, text } = memoryLog();
  const controller = new AbortController();
  const client = new DicomWebClient({ url, retries: quickRetries });
  const { run } = taskFor(url, model, change.task);
  const modalities = ['CR', 'DX'];
  const ended = runService(
    {
      process: change.process ?? run,
      log,
      all: onFailure => findImages(client, { modalities }, onFailure),
      ofStudy: (uid, onFailure) => findStudyImages(client, uid, modalities, onFailure),
      run: (images, process, onFailed) =>
        runImages(images, process, log, { signal: controller.signal, onFailed }),
    },
    { ...options, signal: controller.signal },
  );
  const lines = (event?: string): Lines[] =>
    text()
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line) as Lines)
      .filter(line => event === undefined || line.event === event);
  const stop = async () => {
    controller.abort();
    return ended;
  };
  closing.push(stop);
  return { lines, stop, address: () => until(() => lines('listening')[0]?.address as string | undefined) };
}

async function until<T>(look: () => T | undefined | Promise<T | undefined>, seconds = 60): Promise<T> {
  for (let tries = 0; tries < 20 * seconds; tries++) {
    const found = await look();
    if (found) return found;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing came within ${seconds} s.`);
}

const loopback = { host: '127.0.0.1', port: 0 };
const tell = (address: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${address}/studies`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('explain pacs --watch', () => {
  it(
    'explains what is there and what comes, each once, and stops with the image in hand finished',
    { timeout: 120_000 },
    async () => {
      const [first, ...others] = Object.entries(files);
      const server = await startServer(Object.fromEntries([first]), { uploadLimit: 2 ** 26 });
      closing.push(() => server.close());
      const service = start(server.web, { watchMs: 300 });
      await until(() => service.lines('explained').length === 1 || undefined);
      await fill(server.web, Object.fromEntries(others));
      await until(() => service.lines('explained').length === 3 || undefined);
      const tally = await service.stop();
      expect(tally).toMatchObject({ explained: 3, failed: 0, alreadyDone: 0 });
      expect(await census(server.web)).toMatchObject({ instances: 15 });
      expect(service.lines('stopping')).toHaveLength(1);
      expect(service.lines('pass-failed')).toEqual([]);
    },
  );

  it('goes on looking while the clock is put back, and does not hurry where it is put on', async () => {
    let asked = 0;
    const archive = await startFake((_request, response) => {
      asked++;
      response.writeHead(204).end();
    });
    closing.push(archive.close);
    const service = start(archive.url, { watchMs: 300 });
    await until(() => asked > 0 || undefined);
    const real = Date.now;
    const clock = vi.spyOn(Date, 'now');
    try {
      for (const hours of [-1, 1]) {
        clock.mockImplementation(() => real() + 3_600_000 * hours);
        const [before, begin] = [asked, performance.now()];
        // Two modalities are asked for in each look.
        await until(() => asked >= before + 4 || undefined);
        expect(performance.now() - begin).toBeGreaterThan(250);
      }
    } finally {
      clock.mockRestore();
    }
    await service.stop();
  });

  it(
    'waits longer after each failure, and as before once the archive answers',
    { timeout: 60_000 },
    async () => {
      let isUp = false;
      const archive = await startFake((_request, response) => {
        response.writeHead(isUp ? 204 : 404).end();
      });
      closing.push(archive.close);
      const service = start(archive.url, { watchMs: 50, longestWaitMs: 150, listen: loopback });
      const address = await service.address();
      await until(() => service.lines('waiting').length >= 4 || undefined);
      expect(
        service
          .lines('waiting')
          .slice(0, 4)
          .map(({ seconds, level }) => [seconds, level]),
      ).toEqual([
        [0.05, 'warn'],
        [0.1, 'warn'],
        [0.15, 'warn'],
        [0.15, 'warn'],
      ]);
      const failing = await fetch(`${address}/health`);
      expect(failing.status).toBe(503);
      expect(await failing.json()).toMatchObject({
        status: 'failing',
        reason: expect.stringMatching(/HTTP 404/),
      });
      isUp = true;
      await until(async () => ((await fetch(`${address}/health`)).ok ? true : undefined));
      const metrics = await (await fetch(`${address}/metrics`)).text();
      expect(metrics).toMatch(/explain_failures_total\{reason="archive"\} [4-9]/);
      expect(metrics).toMatch(/explain_passes_total\{result="complete"\} [1-9]/);
    },
  );

  it('tries a failed image again', { timeout: 60_000 }, async () => {
    const server = await startServer(files, { uploadLimit: 2 ** 26 });
    closing.push(() => server.close());
    let failures = 0;
    const service = start(
      server.web,
      { watchMs: 20, longestWaitMs: 40 },
      {
        process: async () => {
          if (failures++ < 2) throw new Error('Müller^Änne');
          return { kind: 'already-done' };
        },
      },
    );
    await until(() => service.lines('already-done').length === 3 || undefined);
    expect((await service.stop()).failed).toBe(2);
    expect(JSON.stringify(service.lines())).not.toContain('Müller');
  });
});

describe('explain pacs --listen', () => {
  it(
    'takes notices of studies alone, with the token, and refuses all else',
    { timeout: 60_000 },
    async () => {
      const archive = await startFake((_request, response) => response.writeHead(204).end());
      closing.push(archive.close);
      const service = start(archive.url, { listen: { ...loopback, token: 'secret' } });
      const address = await service.address();
      const token = { Authorization: 'Bearer secret' };
      expect((await tell(address, { StudyInstanceUID: '1.2.3' })).status).toBe(401);
      expect(
        (await tell(address, { StudyInstanceUID: '1.2.3' }, { Authorization: 'Bearer secreT' })).status,
      ).toBe(401);
      expect(
        (await tell(address, { StudyInstanceUID: '1.2.3' }, { ...token, 'Sec-Fetch-Site': 'cross-site' }))
          .status,
      ).toBe(403);
      expect((await tell(address, { StudyInstanceUID: '../../x' }, token)).status).toBe(400);
      expect((await tell(address, '{', token)).status).toBe(400);
      expect((await tell(address, 'null', token)).status).toBe(400);
      expect(
        (await tell(address, { StudyInstanceUID: '1.2.3' }, { ...token, 'Content-Type': 'text/plain' }))
          .status,
      ).toBe(415);
      expect((await tell(address, 'x'.repeat(70_000), token)).status).toBe(413);
      expect((await fetch(`${address}/studies`)).status).toBe(405);
      expect((await fetch(`${address}/../etc/passwd`)).status).toBe(404);
      expect((await tell(address, { StudyInstanceUID: '1.2.3' }, token)).status).toBe(202);
      expect((await tell(address, { '0020000D': { vr: 'UI', Value: ['1.2.4'] } }, token)).status).toBe(202);
      await until(() => service.lines('told-of').length === 2 || undefined);
      expect(JSON.stringify(service.lines())).not.toMatch(/1\.2\.[34]/);
      const metrics = await (await fetch(`${address}/metrics`)).text();
      expect(metrics).toContain('explain_queue_length 0');
    },
  );

  it(
    'answers no page of another origin, nor one that points its own name here',
    { timeout: 60_000 },
    async () => {
      const archive = await startFake((_request, response) => response.writeHead(204).end());
      closing.push(archive.close);
      const allowed = { ...loopback, hosts: ['pacs.example'] };
      const address = new URL(await start(archive.url, { listen: allowed }).address());
      const { port } = address;
      const json = { 'Content-Type': 'application/json' };
      const status = (path: string, method: string, headers: Record<string, string>): Promise<number> =>
        new Promise((resolve, reject) => {
          const request = httpRequest(
            { host: '127.0.0.1', port, path, method, headers: { ...json, ...headers } },
            response => {
              response.resume();
              resolve(response.statusCode!);
            },
          );
          request.on('error', reject);
          request.end(method === 'POST' ? JSON.stringify({ StudyInstanceUID: '1.2.3' }) : undefined);
        });
      const own = `127.0.0.1:${port}`;
      // DNS rebinding: a foreign page's own name, which leads here.
      for (const path of ['/health', '/metrics'])
        expect(await status(path, 'GET', { Host: `evil.example:${port}` })).toBe(421);
      expect(
        await status('/studies', 'POST', { Host: `evil.example:${port}`, 'Sec-Fetch-Site': 'same-origin' }),
      ).toBe(421);
      // A page of another site, or of another port of this machine.
      expect(await status('/studies', 'POST', { Host: own, Origin: 'https://evil.example' })).toBe(403);
      expect(await status('/studies', 'POST', { Host: own, Origin: 'http://127.0.0.1:9' })).toBe(403);
      for (const site of ['cross-site', 'same-site'])
        expect(await status('/studies', 'POST', { Host: own, 'Sec-Fetch-Site': site })).toBe(403);
      // An archive's script, and a reverse proxy that keeps the name.
      expect(await status('/studies', 'POST', { Host: own })).toBe(202);
      const proxied = {
        Host: 'pacs.example',
        Origin: 'https://pacs.example',
        'Sec-Fetch-Site': 'same-origin',
      };
      expect(await status('/studies', 'POST', proxied)).toBe(202);
      expect(await status('/health', 'GET', { Host: `localhost:${port}` })).toBe(200);
    },
  );

  it(
    'explains a study that it is told of, and gives its figures to Prometheus',
    { timeout: 120_000 },
    async () => {
      const server = await startServer({}, { uploadLimit: 2 ** 26 });
      closing.push(() => server.close());
      const service = start(server.web, { listen: loopback });
      const address = await service.address();
      await until(async () =>
        (await (await fetch(`${address}/health`)).json()).status === 'ok' ? true : undefined,
      );
      await fill(server.web, files);
      const studies = await (
        await fetch(`${server.web}/studies`, { headers: { Accept: 'application/dicom+json' } })
      ).json();
      for (const study of studies)
        expect((await tell(address, { StudyInstanceUID: study['0020000D'].Value[0] })).status).toBe(202);
      await until(() => service.lines('explained').length === 3 || undefined);
      expect(await census(server.web)).toMatchObject({ instances: 15 });
      const metrics = await (await fetch(`${address}/metrics`)).text();
      expect(metrics).toContain('explain_images_total{outcome="explained"} 3');
      expect(metrics).toContain('explain_image_seconds_bucket{le="+Inf"} 3');
      expect(metrics).toContain('explain_image_seconds_count 3');
      expect(await service.stop()).toMatchObject({ explained: 3 });
      await expect(fetch(`${address}/health`)).rejects.toThrow('fetch failed');
    },
  );

  it.skipIf(!hasOrthanc)(
    'is told by Orthanc’s script of what was stored, and of its own results to no end',
    { timeout: 120_000 },
    async () => {
      // The script's own port is taken from the text; the service listens at another one.
      const scripts = mkdtempSync(path.join(tmpdir(), 'explain-lua-'));
      closing.push(() => rmSync(scripts, { recursive: true, force: true }));
      const relay: { url?: string } = {};
      const notices: string[] = [];
      const told = await startFake((request, response, body) => {
        notices.push(`${request.url} ${request.headers['content-type']}`);
        void fetch(`${relay.url}/studies`, {
          method: 'POST',
          headers: { 'Content-Type': request.headers['content-type'] ?? '' },
          body: new Uint8Array(body),
        }).then(answer => response.writeHead(answer.status).end());
      });
      closing.push(told.close);
      const script = readFileSync(
        path.join(import.meta.dirname, '../../docs/service/orthanc-notify.lua'),
        'utf8',
      );
      const lua = path.join(scripts, 'notify.lua');
      writeFileSync(
        lua,
        script.replace('http://127.0.0.1:8044/studies', `${new URL(told.url).origin}/studies`),
      );
      const orthanc = await startOrthanc({ LuaScripts: [lua], StableAge: 1 });
      closing.push(() => orthanc.stop());
      const web = `${orthanc.url}/dicom-web`;
      const service = start(web, { listen: loopback });
      relay.url = await service.address();
      await until(async () =>
        (await (await fetch(`${relay.url}/health`)).json()).status === 'ok' ? true : undefined,
      );
      await fill(web, files);
      await until(() => service.lines('explained').length === 3 || undefined, 90);
      expect(await census(web)).toMatchObject({ instances: 15 });
      expect(notices.every(notice => notice === '/studies application/json')).toBe(true);
      // Storing results makes the study unstable, and stable, once more: nothing new is found then.
      const before = service.lines('told-of').length;
      await until(() => service.lines('told-of').length > before || undefined, 30).catch(() => undefined);
      await new Promise(resolve => setTimeout(resolve, 3000));
      expect(service.lines('explained')).toHaveLength(3);
      expect(await census(web)).toMatchObject({ instances: 15 });
      expect(service.lines('told-of').length).toBeLessThanOrEqual(12);
    },
  );
});

describe('Orthanc’s Python script (Debian orthanc-python)', () => {
  it.skipIf(!hasOrthancPython)(
    'tells of a study that was stored, and again when a button asks for it, with the token',
    { timeout: 120_000 },
    async () => {
      const notices: unknown[] = [];
      const told = await startFake((request, response, body) => {
        const { authorization } = request.headers;
        notices.push([request.method, request.url, authorization, JSON.parse(body.toString())]);
        response.writeHead(202).end();
      });
      closing.push(told.close);
      const scripts = mkdtempSync(path.join(tmpdir(), 'explain-python-'));
      closing.push(() => rmSync(scripts, { recursive: true, force: true }));
      const text = readFileSync(
        path.join(import.meta.dirname, '../../docs/service/orthanc-notify.py'),
        'utf8',
      );
      const script = path.join(scripts, 'notify.py');
      const address = `${new URL(told.url).origin}/studies`;
      writeFileSync(
        script,
        text
          .replace('http://127.0.0.1:8044/studies', address)
          .replace('TOKEN = None', 'TOKEN = "known to both"'),
      );
      const orthanc = await startOrthanc({ ...withPythonScript(script), StableAge: 1 });
      closing.push(() => orthanc.stop());
      await fill(`${orthanc.url}/dicom-web`, Object.fromEntries(Object.entries(files).slice(0, 1)));
      await until(() => notices.length > 0 || undefined);
      const [id] = await (await fetch(`${orthanc.url}/studies`)).json();
      const { StudyInstanceUID } = (await (await fetch(`${orthanc.url}/studies/${id}`)).json()).MainDicomTags;
      const notice = ['POST', '/studies', 'Bearer known to both', { StudyInstanceUID }];
      expect(notices).toEqual([notice]);
      const button = `${orthanc.url}/explain-by-hand/${id}`;
      expect((await fetch(button)).status).toBe(405);
      const answer = await fetch(button, { method: 'POST', body: '{}' });
      expect([answer.status, await answer.json()]).toEqual([200, {}]);
      expect(notices).toEqual([notice, notice]);
    },
  );
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
it.skipIf(!hasSystemd)(
  'the systemd unit has nothing that systemd objects to, but for programs that are not installed here',
  () => {
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', 'docs/service/explain-pacs.service'], {
      encoding: 'utf8',
    });
    const objections = `${stdout}${stderr}`
      .split('\n')
      .filter(
        line => line.includes('explain-pacs') && !/is not executable|Failed to (prepare|create)/.test(line),
      );
    expect(objections).toEqual([]);
  },
);
