import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { said } from '../../src/io/harmless';
import { auditSink, jsonLog, LineFile, logWriter, runImages, runService } from '../../src/pacs';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach(folder => rmSync(folder, { recursive: true, force: true })));

function newFolder(): string {
  folders.push(mkdtempSync(path.join(tmpdir(), 'explain-full-')));
  return folders.at(-1)!;
}

const full = '/dev/full';

describe.skipIf(!existsSync(full))('a log that cannot be written', () => {
  it('is an error at the start, which names option and file', () => {
    const log = jsonLog(logWriter(new LineFile('--log', full), fail, () => true));
    expect(() => log({ event: 'start' })).toThrow('--log /dev/full cannot be written (ENOSPC).');
    expect(() => new LineFile('--log', '/nowhere/x.log')).toThrow(
      '--log /nowhere/x.log cannot be written (ENOENT).',
    );
  });

  it('is told of once while the work goes on, and is written again when it can be', () => {
    const folder = newFolder();
    const file = path.join(folder, 'sub', 'x.log');
    mkdirSync(path.dirname(file));
    const said: string[] = [];
    const lines = new LineFile('--log', file);
    const log = jsonLog(
      logWriter(
        lines,
        text => said.push(text),
        () => false,
      ),
    );
    log({ event: 'start' });
    rmSync(path.dirname(file), { recursive: true });
    log({ event: 'stopping' });
    log({ event: 'stopping' });
    expect(said).toEqual([expect.stringContaining(`--log ${file} cannot be written (ENOENT).`)]);
    expect(lines.failure).toBe('ENOENT');
    mkdirSync(path.dirname(file));
    log({ event: 'end' });
    expect(said.slice(1)).toEqual([expect.stringContaining('2 lines were left out')]);
    expect(lines.failure).toBeUndefined();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ event: 'end' });
  });

  it('leaves the health degraded, and 200: started anew the service could not begin', async () => {
    let address = '';
    const controller = new AbortController();
    let amiss: ReturnType<typeof said> | undefined = said`The log cannot be written (ENOSPC).`;
    const log: Parameters<typeof runImages>[2] = entry => {
      if (entry.event === 'listening') address = String(entry.address);
    };
    const none = async function* () {};
    const ended = runService(
      {
        process: fail,
        log,
        all: none,
        ofStudy: none,
        run: (images, work, onFailed) => runImages(images, work, log, { onFailed }),
      },
      { listen: { host: '127.0.0.1', port: 0 }, amiss: () => amiss, signal: controller.signal },
    );
    await expect.poll(() => address).not.toBe('');
    const response = await fetch(`${address}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'degraded', reason: amiss });
    amiss = undefined;
    expect(await (await fetch(`${address}/health`)).json()).toMatchObject({ status: 'ok' });
    controller.abort();
    await ended;
  });
});

describe('an audit file that cannot be written', () => {
  it('has its messages wait, in their order', async () => {
    const file = path.join(newFolder(), 'sub', 'audit.xml');
    mkdirSync(path.dirname(file));
    const reasons: string[] = [];
    const sink = auditSink({ kind: 'file', path: file }, reason => reasons.push(reason));
    rmSync(path.dirname(file), { recursive: true });
    sink.send('<a/>');
    sink.send('<b/>');
    expect(reasons).toEqual(['ENOENT', 'ENOENT']);
    expect(sink.failure).toBe('ENOENT');
    mkdirSync(path.dirname(file));
    sink.send('<c/>');
    expect(sink.failure).toBeUndefined();
    expect(readFileSync(file, 'utf8')).toBe('<a/>\n<b/>\n<c/>\n');
    await sink.close();
    expect(reasons).toHaveLength(2);
  });

  it('is an error at the start', () => {
    expect(() => auditSink({ kind: 'file', path: '/nowhere/a.xml' }, fail)).toThrow(
      '--audit /nowhere/a.xml cannot be written (ENOENT).',
    );
  });
});

function fail(): never {
  throw new Error('This was not to be asked for.');
}
