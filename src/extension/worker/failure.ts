import type { WorkerFailure } from './protocol';

/** Turns whatever was thrown into a code and a sentence; errors of the models carry a code of their own. */
export function failureOf(error: unknown): WorkerFailure {
  if (!(error instanceof Error)) return { code: 'unknown', message: String(error) };
  const code = (error as Error & { code?: unknown }).code;
  if (typeof code === 'string') return { code, message: error.message };
  // "Aborted()": the wasm kernels end themselves when their heap cannot grow any more.
  if (/out of memory|allocation failed|memory access out of bounds|OOM|^Aborted\(/i.test(error.message)) {
    return {
      code: 'out-of-memory',
      message:
        `The networks ran out of memory (${error.message.split('\n')[0]}). Close other pages, or average over fewer ` +
        'transforms; then press Explain to try again.',
    };
  }
  return { code: error.name, message: error.message };
}

/** A failure with a code that the main thread knows. */
export class CodedError extends Error {
  override name = 'CodedError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
