import { serve } from '../../src/workers/serve';
import type { Calls, Handlers } from '../../src/workers/calls';

/**
 * A browser's worker whose other end is in the same thread: messages go by structured clone, transfers and all, on the next
 * turn. It can be made to load never, or to end without a word.
 */
export class LinkedWorker<C extends Calls<C>> {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onmessageerror: (() => void) | null = null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  terminated = false;
  private toWorker: (message: unknown) => void = () => undefined;

  constructor(handlers: Handlers<C>, { lock, loads = true }: { lock?: string; loads?: boolean } = {}) {
    if (!loads) return;
    serve(
      {
        post: (message, transfer) => {
          const copy = structuredClone(message, { transfer: [...transfer] });
          queueMicrotask(() => this.terminated || this.onmessage?.({ data: copy }));
        },
        listen: onMessage => (this.toWorker = onMessage),
      },
      handlers,
      Promise.resolve(lock),
    );
  }

  postMessage(message: unknown, transfer: Transferable[]): void {
    const copy = structuredClone(message, { transfer });
    queueMicrotask(() => this.terminated || this.toWorker(copy));
  }

  terminate(): void {
    this.terminated = true;
  }

  crash(message: string): void {
    this.onerror?.({ message, preventDefault: () => undefined });
  }

  asWorker(): Worker {
    return this as unknown as Worker;
  }
}
