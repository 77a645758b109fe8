import { duration, SilenceWatch } from '../../workers/silence';
import type { CallName, WorkerCalls, WorkerFailure, WorkerMessage } from '../worker/protocol';

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
  patienceMs: number;
  resolve(reply: unknown): void;
  reject(error: Error): void;
  onProgress?: (fraction: number) => void;
}

/** How long the worker's script may take to load before a clear error says so. */
const startTimeoutMs = 60_000;

/** How long a worker may be silent while it does this before it is taken for hung, milliseconds. */
const patience: Partial<Record<CallName, number>> = { start: 180_000, warmUp: 600_000, explain: 900_000 };
const usualPatience = 300_000;

/** Of an averaged explanation every transform may take as long as this more. */
function patienceFor<Name extends CallName>(name: Name, request: WorkerCalls[Name]['request']): number {
  const { augment } = request as Partial<WorkerCalls['explain']['request']>;
  return (patience[name] ?? usualPatience) + 60_000 * (augment?.count ?? 0);
}

/** What is used of the Web Locks of a page; a page that is no secure context has none. */
export type Locks = Pick<LockManager, 'request'>;

/**
 * Starts the worker beside the extension.
 *
 * A page may not start a worker from another origin; then a blob that imports the script does the same.
 *
 * @param url address of `explain-worker.js`
 * @throws EngineError `worker-start` when neither way works
 */
export async function startEngine(
  url: string,
  create: WorkerFactory = createWorker,
  locks: Locks | undefined = globalThis.navigator?.locks,
): Promise<Engine> {
  const reasons: string[] = [];
  for (const viaBlob of [false, true]) {
    try {
      const { worker, lock } = await whenReady(create(url, viaBlob));
      return new WorkerEngine(worker, lock === undefined ? undefined : { name: lock, locks });
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

function whenReady(worker: Worker): Promise<{ worker: Worker; lock?: string }> {
  return new Promise((resolve, reject) => {
    const settle = (error?: string, lock?: string): void => {
      clearTimeout(timer);
      worker.onmessage = null;
      worker.onerror = null;
      if (error === undefined) return resolve({ worker, lock });
      worker.terminate();
      reject(new Error(error));
    };
    const timer = setTimeout(() => settle(`no answer within ${startTimeoutMs / 1000} s`), startTimeoutMs);
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if (data?.type === 'ready') settle(undefined, data.lock);
    };
    worker.onerror = event => settle(event.message || 'the script was not loaded');
  });
}

class WorkerEngine implements Engine {
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private ended?: EngineError;
  private readonly watch = new SilenceWatch(
    () => Math.max(...[...this.pending.values()].map(({ patienceMs }) => patienceMs)),
    waited =>
      this.end(
        new EngineError(
          'worker-lost',
          `The worker has not answered for ${duration(waited)} and was ended. Press Explain to start it again, or take ` +
            'another backend.',
        ),
      ),
  );

  /** @param held lock that the worker holds as long as it lives */
  constructor(
    private readonly worker: Worker,
    held?: { name: string; locks?: Locks },
  ) {
    // A worker that the browser ends, for want of memory say, raises no event; its lock becomes free.
    void held?.locks
      ?.request(held.name, () =>
        this.end(
          new EngineError(
            'worker-lost',
            'The browser has ended the worker, perhaps for want of memory. Press Explain to start it again.',
          ),
        ),
      )
      .catch(() => undefined);
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
        patienceMs: patienceFor(name, request),
        resolve: reply => resolve(reply as WorkerCalls[Name]['reply']),
        reject,
        onProgress: options.onProgress,
      });
      this.worker.postMessage({ type: 'call', id, name, request }, options.transfer ?? []);
      this.watch.heard();
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
      this.watch.heard();
      pending.onProgress?.(message.fraction);
      return;
    }
    this.pending.delete(message.id);
    if (this.pending.size > 0) this.watch.heard();
    else this.watch.stop();
    if (message.type === 'reply') pending.resolve(message.reply);
    else pending.reject(toError(message.failure));
  }

  private end(error: EngineError): void {
    if (this.ended) return;
    this.ended = error;
    this.watch.stop();
    this.worker.terminate();
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

function toError({ code, message }: WorkerFailure): EngineError {
  return new EngineError(code, message);
}
