import type { CallName, WorkerCalls, WorkerFailure, WorkerMessage } from './worker/protocol';

/** What the service needs of the worker; tests put a fake in its place. */
export interface Engine {
  call<Name extends CallName>(
    name: Name,
    request: WorkerCalls[Name]['request'],
    options?: { onProgress?: (fraction: number) => void; transfer?: Transferable[] },
  ): Promise<WorkerCalls[Name]['reply']>;
  /** Ends the worker at once; calls under way fail with code `cancelled`. */
  terminate(): void;
  /** False once the worker has stopped, by `terminate` or by itself. */
  readonly alive: boolean;
}

/** A failure in the worker, or of the worker itself. */
export class EngineError extends Error {
  override name = 'EngineError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Failures after which the worker cannot be trusted and must be started anew. */
export function endsWorker(code: string): boolean {
  return [
    'worker-lost',
    'worker-start',
    'context-lost',
    'out-of-memory',
    'RuntimeError',
    'cancelled',
  ].includes(code);
}

interface Pending {
  resolve(reply: unknown): void;
  reject(error: Error): void;
  onProgress?: (fraction: number) => void;
}

/** How long the worker's script may take to load before a clear error says so. */
const startTimeoutMs = 60_000;

/**
 * Starts the worker beside the extension.
 *
 * A page may not start a worker from another origin; then a blob that imports the script does the same.
 *
 * @param url address of `explain-worker.js`
 * @throws EngineError `worker-start` when neither way works
 */
export async function startEngine(url: string, create: WorkerFactory = createWorker): Promise<Engine> {
  const reasons: string[] = [];
  for (const viaBlob of [false, true]) {
    try {
      return new WorkerEngine(await whenReady(create(url, viaBlob)));
    } catch (error) {
      reasons.push(`${viaBlob ? 'through a blob' : 'directly'}: ${(error as Error).message}`);
    }
  }
  throw new EngineError(
    'worker-start',
    `The worker ${url} does not start (${reasons.join('; ')}). Check that the file is served, and that the page's ` +
      `Content-Security-Policy allows it: worker-src 'self' blob:; script-src 'self' 'wasm-unsafe-eval'.`,
  );
}

export type WorkerFactory = (url: string, viaBlob: boolean) => Worker;

function createWorker(url: string, viaBlob: boolean): Worker {
  if (!viaBlob) return new Worker(url, { name: 'explain' });
  const source = `importScripts(${JSON.stringify(new URL(url, globalThis.location.href).href)});`;
  const blobUrl = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker(blobUrl, { name: 'explain' });
  } finally {
    // The fetch of the blob has begun; the address may go once the worker has had time to take it.
    setTimeout(() => URL.revokeObjectURL(blobUrl), startTimeoutMs);
  }
}

function whenReady(worker: Worker): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const settle = (error?: string): void => {
      clearTimeout(timer);
      worker.onmessage = null;
      worker.onerror = null;
      if (error === undefined) return resolve(worker);
      worker.terminate();
      reject(new Error(error));
    };
    const timer = setTimeout(() => settle(`no answer within ${startTimeoutMs / 1000} s`), startTimeoutMs);
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if (data?.type === 'ready') settle();
    };
    worker.onerror = event => settle(event.message || 'the script was not loaded');
  });
}

class WorkerEngine implements Engine {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private ended?: EngineError;

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => this.receive(data);
    worker.onmessageerror = () =>
      this.end(new EngineError('worker-lost', 'The worker sent an unreadable message.'));
    worker.onerror = event => {
      event.preventDefault();
      this.end(
        new EngineError(
          'worker-lost',
          `The worker stopped (${event.message || 'no reason given'}). Press Explain to start it again.`,
        ),
      );
    };
  }

  get alive(): boolean {
    return this.ended === undefined;
  }

  call<Name extends CallName>(
    name: Name,
    request: WorkerCalls[Name]['request'],
    options: { onProgress?: (fraction: number) => void; transfer?: Transferable[] } = {},
  ): Promise<WorkerCalls[Name]['reply']> {
    if (this.ended) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.pending.set(id, {
        resolve: reply => resolve(reply as WorkerCalls[Name]['reply']),
        reject,
        onProgress: options.onProgress,
      });
      this.worker.postMessage({ type: 'call', id, name, request }, options.transfer ?? []);
    });
  }

  terminate(): void {
    this.end(new EngineError('cancelled', 'Cancelled.'));
  }

  private receive(message: WorkerMessage): void {
    if (message.type === 'ready') return;
    const pending = this.pending.get(message.id);
    if (!pending) return;
    if (message.type === 'progress') {
      pending.onProgress?.(message.fraction);
      return;
    }
    this.pending.delete(message.id);
    if (message.type === 'reply') pending.resolve(message.reply);
    else pending.reject(toError(message.failure));
  }

  private end(error: EngineError): void {
    if (this.ended) return;
    this.ended = error;
    this.worker.terminate();
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

function toError({ code, message }: WorkerFailure): EngineError {
  return new EngineError(code, message);
}
