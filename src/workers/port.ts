/** One end of the line between a worker and who started it. */
export interface Port {
  post(message: unknown, transfer: readonly Transferable[]): void;
  listen(onMessage: (message: unknown) => void): void;
}

/** The end of who started the worker. */
export interface WorkerPort extends Port {
  /** @param onLost called when the worker has ended by itself; with words for people, such as "exit code 1" */
  listen(onMessage: (message: unknown) => void, onLost?: (why: Lost) => void): void;
  /** Told the Web Lock that the worker holds as long as it lives, where it holds one. */
  watchLock?(name: string): void;
  /** Ends the worker at once, whatever it is doing. */
  terminate(): Promise<unknown> | void;
}

/** How a worker was lost, as a predicate after its name: "ended unexpectedly (exit code 1)". */
interface Lost {
  words: string;
  cause?: Error;
}

const moved = new WeakMap<object, readonly Transferable[]>();

/**
 * Marks what a request, a reply or a report hands over instead of copying: the sender cannot use it any more.
 *
 * @returns the value itself
 */
export function transfer<T extends object>(value: T, ...buffers: readonly ArrayBufferLike[]): T {
  moved.set(value, buffers as readonly ArrayBuffer[]);
  return value;
}

/** What was marked of any of the values. */
export function transferredWith(values: readonly unknown[]): Transferable[] {
  return values.flatMap(value => (typeof value === 'object' && value ? [...(moved.get(value) ?? [])] : []));
}
