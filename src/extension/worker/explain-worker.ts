/** Entry of the worker bundle. */
import { createHandlers } from './handlers';
import type { CallMessage, WorkerMessage } from './protocol';
import { failureOf } from './failure';

interface WorkerScope {
  postMessage(message: WorkerMessage, transfer?: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<CallMessage>) => void): void;
}

const scope = self as unknown as WorkerScope;
const handlers = createHandlers();

// One call after the other: the networks share one backend, and results must not overtake each other.
let queue: Promise<void> = Promise.resolve();

scope.addEventListener('message', ({ data }) => {
  if (data?.type === 'call') queue = queue.then(() => answer(data));
});

async function answer({ id, name, request }: CallMessage): Promise<void> {
  try {
    const onProgress = (fraction: number): void => scope.postMessage({ type: 'progress', id, fraction });
    const { reply, transfer } = await handlers(name, request, onProgress);
    scope.postMessage({ type: 'reply', id, reply }, transfer);
  } catch (error) {
    scope.postMessage({ type: 'failure', id, failure: failureOf(error) });
  }
}

/** Held until the worker is gone, however it goes: the page learns of it from the lock. */
function ready(): void {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return scope.postMessage({ type: 'ready' });
  const lock = `explain-worker-${crypto.randomUUID()}`;
  const forEver = (): Promise<never> => {
    scope.postMessage({ type: 'ready', lock });
    return new Promise<never>(() => undefined);
  };
  locks.request(lock, forEver).catch(() => scope.postMessage({ type: 'ready' }));
}

ready();
