import type { Calls, Handlers } from './calls';
import type { WorkerPort } from './port';
import { serve } from './serve';

/** What is used of the Web Locks of a page; a page that is no secure context has none. */
export type Locks = Pick<LockManager, 'request'>;

/** The page's end of a browser's worker. */
export function browserPort(
  worker: Worker,
  locks: Locks | undefined = globalThis.navigator?.locks,
): WorkerPort {
  let lost: NonNullable<Parameters<WorkerPort['listen']>[1]> = () => undefined;
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    listen: (onMessage, onLost = () => undefined) => {
      lost = onLost;
      worker.onmessage = ({ data }: MessageEvent) => onMessage(data);
      worker.onmessageerror = () => onLost({ words: 'sent an unreadable message' });
      worker.onerror = event => {
        event.preventDefault();
        const { message } = event;
        const cause = new Error(message || 'the script was not loaded');
        onLost({ words: `stopped (${message || 'no reason given'})`, cause });
      };
    },
    // A worker that the browser ends, for want of memory say, raises no event; its lock becomes free.
    watchLock: name =>
      void locks
        ?.request(name, () => lost({ words: 'was ended by the browser, perhaps for want of memory' }))
        .catch(() => undefined),
    terminate: () => worker.terminate(),
  };
}

/** Answers the calls of the page; to be called as the worker's script is loaded. */
export function serveBrowser<C extends Calls<C>>(handlers: Handlers<C>): void {
  const scope = globalThis as unknown as {
    postMessage(message: unknown, transfer: Transferable[]): void;
    addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  };
  serve(
    {
      post: (message, transfer) => scope.postMessage(message, [...transfer]),
      listen: onMessage => scope.addEventListener('message', ({ data }) => onMessage(data)),
    },
    handlers,
    holdLock(),
  );
}

/** Held until the worker is gone, however it goes: the page learns of it from the lock. */
async function holdLock(): Promise<string | undefined> {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return undefined;
  const name = `explain-worker-${crypto.randomUUID()}`;
  return new Promise(resolve => {
    const forEver = (): Promise<never> => {
      resolve(name);
      return new Promise<never>(() => undefined);
    };
    locks.request(name, forEver).catch(() => resolve(undefined));
  });
}
