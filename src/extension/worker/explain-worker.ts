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

scope.postMessage({ type: 'ready' });
