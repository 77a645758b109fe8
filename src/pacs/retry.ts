import { HarmlessError, type HarmlessText } from '../io/harmless';

// Hand-written: p-retry computes its waits beforehand; here a server's Retry-After lengthens one, up to a limit.

/** How often and how long to go on with a server that fails. */
export interface RetryPolicy {
  /** Tries after the first one. */
  retries: number;
  /** Wait before the first further try, milliseconds; each later wait is twice as long. */
  firstDelayMs: number;
  /** No wait is longer than this, milliseconds. */
  longestDelayMs: number;
}

export const defaultRetries: RetryPolicy = { retries: 5, firstDelayMs: 500, longestDelayMs: 30_000 };

/** A failure that may pass: a lost connection, a busy or restarting server. */
export class PassingError extends HarmlessError {
  override name = 'PassingError';
  constructor(
    message: HarmlessText,
    /** Wait that the server asked for, milliseconds. */
    readonly waitMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Runs an action again after passing failures, with growing waits.
 *
 * @param onRetry told before each further try
 * @throws the last PassingError when the tries are used up; every other error at once
 */
export async function withRetries<T>(
  action: () => Promise<T>,
  policy: RetryPolicy,
  onRetry: (error: PassingError, next: number) => void = () => undefined,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof PassingError) || attempt >= policy.retries) throw error;
      onRetry(error, attempt + 1);
      const grown = policy.firstDelayMs * 2 ** attempt;
      await pause(Math.min(policy.longestDelayMs, Math.max(grown, error.waitMs ?? 0)));
    }
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
