import { fork } from 'node:child_process';
import { parentPort, Worker, type TransferListItem } from 'node:worker_threads';
import { bundledFile } from './bundled-file';
import type { Calls, Handlers } from './calls';
import type { Port, WorkerPort } from './port';
import { RemoteWorker, type WorkerOptions } from './remote-worker';
import { serve } from './serve';

/** Loading TensorFlow.js several times at once takes its time on a busy machine. */
const startTimeoutMs = 300_000;

/**
 * Starts a worker thread.
 *
 * @param script in dist/node
 * @throws WorkerEndedError `start` when its script does not load
 */
export async function startThread<C extends Calls<C>>(
  script: string,
  options: WorkerOptions,
): Promise<RemoteWorker<C>> {
  const worker = new Worker(bundledFile(script));
  const port: WorkerPort = {
    post: (message, transfer) => worker.postMessage(message, transfer as TransferListItem[]),
    listen: (onMessage, onLost = () => undefined) => {
      worker.on('message', onMessage);
      worker.on('messageerror', cause => onLost({ words: 'sent an unreadable message', cause }));
      worker.on('error', (cause: Error) => onLost({ words: `failed (${cause.message})`, cause }));
      worker.on('exit', code => onLost({ words: `ended unexpectedly (exit code ${code})` }));
    },
    terminate: () => worker.terminate(),
  };
  return RemoteWorker.start<C>(port, { startTimeoutMs, ...options });
}

/**
 * Starts a process of its own, for what may crash or hang in a driver. It says nothing on the terminal.
 *
 * @param script in dist/node
 * @throws WorkerEndedError `start` when its script does not load
 */
export async function startProcess<C extends Calls<C>>(
  script: string,
  options: WorkerOptions,
): Promise<RemoteWorker<C>> {
  const child = fork(bundledFile(script), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const port: WorkerPort = {
    post: message => void child.send(message as object),
    listen: (onMessage, onLost = () => undefined) => {
      child.on('message', onMessage);
      child.on('error', cause => onLost({ words: `failed (${cause.message})`, cause }));
      child.on('exit', (code, signal) =>
        onLost({ words: `ended unexpectedly (${signal ?? `exit code ${code}`})` }),
      );
    },
    terminate: () => void child.kill('SIGKILL'),
  };
  return RemoteWorker.start<C>(port, { startTimeoutMs, ...options });
}

/** Answers the calls of who started this thread or process. */
export function serveNode<C extends Calls<C>>(handlers: Handlers<C>): void {
  serve(parentPort ? threadPort(parentPort) : processPort(), handlers);
}

function threadPort(parent: NonNullable<typeof parentPort>): Port {
  return {
    post: (message, transfer) => parent.postMessage(message, transfer as TransferListItem[]),
    listen: onMessage => parent.on('message', onMessage),
  };
}

function processPort(): Port {
  if (!process.send) throw new Error('This file runs as a worker thread or a child process only.');
  return {
    post: message => void process.send?.(message),
    listen: onMessage => process.on('message', onMessage),
  };
}
