import { HarmlessError, said } from '../io/harmless';

/** An answer that is larger than any that makes sense; the message says so. */
export class TooLargeError extends HarmlessError {
  override name = 'TooLargeError';
}

/**
 * Reads the body of an answer, up to a limit: a server that never stops sending must not fill the memory.
 *
 * @param limit bytes
 * @throws TooLargeError as soon as more is announced or has come; what fetch throws when the connection breaks
 */
export async function readBody(response: Response, limit: number): Promise<Uint8Array> {
  const tooLarge = async (): Promise<never> => {
    await response.body?.cancel().catch(() => undefined);
    throw new TooLargeError(said`The answer has more than ${Math.floor(limit / 2 ** 20)} MiB.`);
  };
  if (Number(response.headers.get('content-length')) > limit) return tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) return Buffer.concat(chunks);
    size += value.length;
    if (size > limit) {
      reader?.releaseLock();
      return tooLarge();
    }
    chunks.push(value);
  }
}
