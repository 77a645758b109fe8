import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A viewer server that runs as a process of its own. */
export interface ChildServer {
  pid: number;
  origin: string;
  web: string;
  /** What it has written to its error output. */
  errors(): string;
  /** Whether it has ended. */
  ended(): boolean;
  /** Ends it at once, as a power cut would end the process. */
  kill(): Promise<void>;
}

export interface ChildOptions {
  /** Longest request, MiB. */
  uploadLimit?: number;
  /** Memory that requests and answers share, MiB. */
  requests?: number;
  answers?: number;
  /** Most files that the process may have open. */
  files?: number;
  /** Whether it runs without the rights of the root user, where the test has those. */
  unprivileged?: boolean;
}

/** A folder with data, store, viewer, extension and models, and the server's program. */
export async function makeRoot(): Promise<string> {
  const root = mkdtempSync(path.join(tmpdir(), 'explain-child-'));
  for (const name of ['data', 'store', 'viewer', 'extension', 'models']) {
    mkdirSync(path.join(root, name));
    chmodSync(path.join(root, name), 0o777);
  }
  chmodSync(root, 0o755);
  writeFileSync(path.join(root, 'viewer/index.html'), '<html>viewer</html>');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'child-server.ts')],
    outfile: path.join(root, 'server.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return root;
}

export function removeRoot(root: string): void {
  rmSync(root, { recursive: true, force: true });
}

/** Starts the server over a folder made by {@link makeRoot}. */
export async function startChild(root: string, options: ChildOptions = {}): Promise<ChildServer> {
  const { uploadLimit = 64, requests = 128, answers = 128, files = 1024, unprivileged = false } = options;
  const script = `ulimit -n ${files}; exec "$0" "$@"`;
  const program = [path.join(root, 'server.cjs'), root, uploadLimit, requests, answers].map(String);
  const nobody = unprivileged && process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const child = spawn('/bin/sh', ['-c', script, process.execPath, ...program], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...nobody,
  });
  let errors = '';
  child.stderr.on('data', chunk => (errors += chunk));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on('data', chunk => {
      const found = /port (\d+)/.exec(String(chunk));
      if (found) resolve(Number(found[1]));
    });
    child.on('exit', code => reject(new Error(`The server ended with ${code}: ${errors}`)));
  });
  const end = new Promise<void>(resolve => {
    child.once('exit', () => resolve());
  });
  const origin = `http://127.0.0.1:${port}`;
  return {
    pid: child.pid ?? 0,
    origin,
    web: `${origin}/dicom-web`,
    errors: () => errors,
    ended: () => child.exitCode !== null || child.signalCode !== null,
    kill: () => {
      child.kill('SIGKILL');
      return end;
    },
  };
}

/** Most memory that a process has had so far, MiB; `undefined` where the system does not tell. */
export function peakMemory(pid: number): number | undefined {
  try {
    const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1024 : undefined;
  } catch {
    return undefined;
  }
}
