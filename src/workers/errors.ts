/** An error as it is sent: structured clone keeps the message and drops the rest, in some browsers the name too. */
export interface SentError {
  name: string;
  message: string;
  code?: string;
  stack?: string;
}

export function toSent(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const { code } = error as Error & { code?: unknown };
  return { name, message, stack, ...(typeof code === 'string' && { code }) };
}

/** An error that was thrown in a worker, with its own name, message, code and trace. */
export class RemoteError extends Error {
  readonly code?: string;
  constructor({ name, message, code, stack }: SentError) {
    super(message);
    this.name = name;
    this.code = code;
    if (stack !== undefined) this.stack = stack;
  }
}

/**
 * - `start`: it did not start
 * - `silent`: it said nothing for longer than it may
 * - `lost`: it ended by itself, or was ended by the system
 * - `stopped`: it was stopped by who started it
 */
export type WorkerEnding = 'start' | 'silent' | 'lost' | 'stopped';

/** A worker is gone, and with it what it was asked. */
export class WorkerEndedError extends Error {
  override name = 'WorkerEndedError';
  constructor(
    readonly ending: WorkerEnding,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
