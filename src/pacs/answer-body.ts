import { HarmlessError, said } from '../io/harmless';

/** An answer that is larger than any that makes sense; the message says so. */
export class TooLargeError extends HarmlessError {
  override name = 'TooLargeError';
}

/** So many bytes of an answer tell what it is. */
const enoughToTell = 2 ** 16;

/**
 * Reads the body of an answer, up to a limit: a server that never stops sending must not fill the memory, nor a few bytes that
 * inflate to more and more.
 *
 * @param limit bytes, inflated
 * @param begins shown the first bytes of an answer of 64 KiB or more as soon as they have come; what it throws ends the reading
 * @throws TooLargeError as soon as more is announced or has come; what `begins` throws; what fetch throws when the connection
 *   breaks
 */
export async function readBody(
  response: Response,
  limit: number,
  begins?: (start: Uint8Array) => void,
): Promise<Uint8Array> {
  const tooLarge = new TooLargeError(said`The answer has more than ${Math.floor(limit / 2 ** 20)} MiB.`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    if (Number(response.headers.get('content-length')) > limit) throw tooLarge;
    for await (const chunk of response.body ?? []) {
      const before = size;
      size += chunk.length;
      if (size > limit) throw tooLarge;
      chunks.push(chunk);
      if (before < enoughToTell && size >= enoughToTell) begins?.(Buffer.concat(chunks));
    }
    return Buffer.concat(chunks);
  } catch (error) {
    await response.body?.cancel().catch(() => undefined);
    throw error;
  }
}
