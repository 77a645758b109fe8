import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Programs of Debian that tests check results with; `node scripts/debian.mjs` installs them. */
const dciodvfy = '/usr/bin/dciodvfy';
const dsrdump = '/usr/bin/dsrdump';
const orthanc = '/usr/sbin/Orthanc';
const dicomWebPlugin = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';
const pythonPlugin = '/usr/share/orthanc/plugins/libOrthancPython.so';
const redisServer = '/usr/bin/redis-server';
const python = '/usr/bin/python3';

export const hasDciodvfy = existsSync(dciodvfy);
export const hasDsrdump = existsSync(dsrdump);
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
export const hasNginx = existsSync('/usr/sbin/nginx');
export const hasOrthanc = existsSync(orthanc) && existsSync(dicomWebPlugin);
export const hasOrthancPython = hasOrthanc && existsSync(pythonPlugin);
export const hasRedis = existsSync(redisServer);
export const hasPydicom = spawnSync(python, ['-c', 'import pydicom, numpy']).status === 0;

/** What dciodvfy has against a file: its lines that begin with "Error", and the IOD that it took it for. */
export function validate(file: string): { errors: string[]; output: string } {
  const { stderr } = spawnSync(dciodvfy, [file], { encoding: 'utf8' });
  const errors = stderr
    .split('\n')
    .filter(line => line.startsWith('Error'))
    // Synthetic Data (0008,001C) entered the standard after Debian's dicom3tools were made.
    .filter(line => !line.includes('(0x0008,0x001c)'));
  return { errors, output: stderr };
}

/** What DCMTK's dsrdump has against a structured report: its errors and warnings, among them those on the content tree. */
export function validateReport(file: string): string[] {
  const { stdout, stderr, status } = spawnSync(dsrdump, ['--verbose', file], { encoding: 'utf8' });
  const told = `${stdout}\n${stderr}`
    .split('\n')
    .filter(line => /^[EWF]: /.test(line))
    // It cannot look into texts of UTF-8.
    .filter(line => !line.includes('does not support this Specific Character Set'));
  return status === 0 ? told : [...told, `dsrdump ended with ${status}`];
}

/** What DCMTK's dcmpschk has against a presentation state; nothing where its test is passed. */
export function validatePresentation(file: string): string[] {
  const { stdout, stderr } = spawnSync('/usr/bin/dcmpschk', [file], { encoding: 'utf8' });
  const told = `${stdout}\n${stderr}`.split('\n').filter(Boolean);
  return told.some(line => line.includes('Test passed')) ? [] : told;
}

/** Runs a Python script with pydicom; its standard output is JSON. */
export function runPydicom(script: string, ...args: string[]): unknown {
  const { stdout, stderr, status } = spawnSync(python, ['-c', script, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`pydicom: ${stderr}`);
  return JSON.parse(stdout);
}

export interface RunningProgram {
  /** Address, without a slash at its end. */
  url: string;
  stop(): Promise<void>;
}

/**
 * An Orthanc with its DICOMweb plug-in on loopback, empty, over a temporary folder.
 *
 * @param more of its configuration
 */
export async function startOrthanc(more: Readonly<Record<string, unknown>> = {}): Promise<RunningProgram> {
  const folder = mkdtempSync(path.join(tmpdir(), 'explain-orthanc-'));
  const port = await freePort();
  const configuration = {
    Name: 'Test',
    HttpPort: port,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    DicomServerEnabled: false,
    StorageDirectory: folder,
    IndexDirectory: folder,
    Plugins: [dicomWebPlugin],
    DicomWeb: { Enable: true, Root: '/dicom-web/' },
    ...more,
  };
  const file = path.join(folder, 'orthanc.json');
  writeFileSync(file, JSON.stringify(configuration));
  const child = spawn(orthanc, [file], { stdio: 'ignore' });
  const origin = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${origin}/system`)).ok, child);
  return {
    url: origin,
    stop: async () => {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What has an Orthanc run a script of its Python plug-in. */
export function withPythonScript(script: string): Readonly<Record<string, unknown>> {
  return { Plugins: [dicomWebPlugin, pythonPlugin], PythonScript: script };
}

/** A Redis that can be killed and started again under the same address. */
export interface RunningRedis extends RunningProgram {
  /** Kills it without a chance to write anything. */
  kill(): Promise<void>;
  /** Stops it in its tracks: it takes connections and never answers. */
  freeze(): void;
  /** Starts it again; it is empty unless it keeps an append-only file. */
  restart(): Promise<void>;
}

/** A Redis on loopback that keeps nothing, or an append-only file of every change. */
export async function startRedis(appendOnly = false): Promise<RunningRedis> {
  const folder = mkdtempSync(path.join(tmpdir(), 'explain-redis-'));
  const port = await freePort();
  const settings = {
    port,
    bind: '127.0.0.1',
    save: '',
    appendonly: appendOnly ? 'yes' : 'no',
    appendfsync: 'always',
    dir: folder,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { default: Redis } = await import('ioredis');
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn(redisServer, args, { stdio: 'ignore' });
    await until(async () => {
      const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.ping()) === 'PONG';
      } finally {
        client.disconnect();
      }
    }, child);
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => end(child, 'SIGKILL'),
    freeze: () => child.kill('SIGSTOP'),
    restart: start,
    stop: async () => {
      child.kill('SIGCONT');
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function until(ready: () => Promise<boolean>, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}.`);
    if (await ready().catch(() => false)) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(`${child.spawnfile} did not answer within 20 s.`);
}

function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
