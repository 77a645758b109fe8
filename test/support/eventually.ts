import { vi } from 'vitest';

/** Waits until an expectation holds, for as long as a busy machine may need; Vitest's own patience is a second. */
export function eventually<T>(expectation: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(expectation, { timeout: 30_000, interval: 10 });
}
