import { browserPort, type Locks } from './browser';
import type { Calls } from './calls';
import { WorkerEndedError } from './errors';
import { RemoteWorker, type WorkerOptions } from './remote-worker';

export type WorkerFactory = (url: string, viaBlob: boolean) => Worker;

/**
 * Starts a browser's worker, from a page or from inside another worker.
 *
 * Neither may start one from another origin; then a blob that imports the script does the same.
 *
 * @param url address of the script
 * @throws WorkerEndedError `start` when neither way works, with the reason of each
 */
export async function startBrowserWorker<C extends Calls<C>>(
  url: string,
  options: WorkerOptions,
  create: WorkerFactory = createWorker,
  locks: Locks | undefined = globalThis.navigator?.locks,
): Promise<RemoteWorker<C>> {
  const reasons: string[] = [];
  for (const viaBlob of [false, true]) {
    try {
      return await RemoteWorker.start<C>(browserPort(create(url, viaBlob), locks), options);
    } catch (error) {
      const reason = error instanceof WorkerEndedError ? error.cause : error;
      reasons.push(`${viaBlob ? 'through a blob' : 'directly'}: ${(reason as Error).message}`);
    }
  }
  throw new WorkerEndedError('start', reasons.join('; '));
}

/** How long the address of a blob stays: its fetch has begun, and the worker takes it before. */
const blobMs = 60_000;

function createWorker(url: string, viaBlob: boolean): Worker {
  if (!viaBlob) return new Worker(url, { name: 'explain' });
  const source = `importScripts(${JSON.stringify(new URL(url, globalThis.location.href).href)});`;
  const blobUrl = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker(blobUrl, { name: 'explain' });
  } finally {
    setTimeout(() => URL.revokeObjectURL(blobUrl), blobMs);
  }
}
