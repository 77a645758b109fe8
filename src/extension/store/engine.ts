import type { Locks } from '../../workers/browser';
import { startBrowserWorker, type WorkerFactory } from '../../workers/browser-start';
import { WorkerEndedError } from '../../workers/errors';
import type { RemoteWorker } from '../../workers/remote-worker';
import { Failure, failureOf } from '../failure';
import type { CallName, ReportOf, WorkerCalls } from '../worker/protocol';

/** What the service needs of the worker; tests put a fake in its place. */
export interface Engine {
  /**
   * @param onReport told what the worker reports before its reply
   * @throws Failure
   */
  call<Name extends CallName>(
    name: Name,
    request: WorkerCalls[Name]['request'],
    onReport?: (value: ReportOf<Name>) => void,
  ): Promise<WorkerCalls[Name]['reply']>;
  /** Ends the worker at once; calls under way fail with code `cancelled`. */
  terminate(): void;
  /** False once the worker has stopped, by `terminate` or by itself. */
  readonly alive: boolean;
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

/**
 * Starts the worker beside the extension.
 *
 * @param url address of `explain-worker.js`
 * @throws Failure `worker-start` when neither way works
 */
export async function startEngine(url: string, create?: WorkerFactory, locks?: Locks): Promise<Engine> {
  try {
    return engineOf(await startBrowserWorker<WorkerCalls>(url, { ...words, startTimeoutMs }, create, locks));
  } catch (error) {
    throw new Failure(
      'worker-start',
      `The worker ${url} does not start (${(error as Error).message}). Check that the file is served, and that the page's ` +
        `Content-Security-Policy allows it: worker-src 'self' blob:; script-src 'self' 'wasm-unsafe-eval'.`,
    );
  }
}

const words = {
  name: 'The compute worker',
  advice: 'Press Explain to start it again, or take another backend.',
};

function engineOf(worker: RemoteWorker<WorkerCalls>): Engine {
  return {
    async call(name, request, onReport) {
      try {
        const options = { patienceMs: patienceFor(name, request), onReport: onReport as never };
        return await worker.call(name, request, options);
      } catch (error) {
        throw toFailure(error);
      }
    },
    terminate: () => void worker.stop(),
    get alive() {
      return worker.state === 'started';
    },
  };
}

function toFailure(error: unknown): Failure {
  if (error instanceof WorkerEndedError) {
    return error.ending === 'stopped'
      ? new Failure('cancelled', 'Cancelled.')
      : new Failure('worker-lost', error.message);
  }
  const { code, message } = failureOf(error);
  return new Failure(code, message);
}
