import { setTimeout as pause } from 'node:timers/promises';
import { connectionCode, HarmlessError, listed, said, type HarmlessText } from '../io/harmless';
import { readSecret } from '../io/secret';

/** The address of Redis with the password of the environment. */
export function withPassword(address: string): string {
  const password = readSecret(undefined, 'EXPLAIN_REDIS_PASSWORD');
  if (password === undefined) return address;
  const url = new URL(address);
  url.password = encodeURIComponent(password);
  return url.href;
}

/** Redis, or the queue in it, failed; the message says what is undone. */
export class QueueError extends HarmlessError {
  override name = 'QueueError';
}

/** An answer of Redis that takes longer is asked for again; milliseconds. */
const longestAnswer = 10_000;
/** Whoever is told to end waits no longer for an answer of Redis, or for a connection to end; milliseconds. */
export const longestEnd = 2000;

/** What is asked of Redis again and again ends by. */
interface Asking {
  /** Says that Redis does not answer, without a full stop. */
  described?: (what: HarmlessText) => Error;
  /** Called after each failure; what it throws ends the asking. */
  checked?: () => void;
  /** Told to end: Redis answers at once or not at all. */
  signal?: AbortSignal;
}

/**
 * Asks Redis again until it answers.
 *
 * @param patienceMs asked for that long
 * @throws QueueError, or what `described` makes, when it does not answer within the patience, or soon after the signal
 */
export async function persist<T>(
  ask: () => Promise<T>,
  patienceMs: number,
  { described = what => new QueueError(said`${what}.`), checked, signal }: Asking = {},
): Promise<T> {
  const begin = Date.now();
  for (;;) {
    try {
      return await within(ask(), longestAnswer, signal);
    } catch (error) {
      checked?.();
      if (signal?.aborted)
        throw described(said`Told to end while Redis does not answer (${redisReason(error)})`);
      if (Date.now() - begin > patienceMs)
        throw described(
          said`Redis has not answered for ${Math.round(patienceMs / 1000)} s (${redisReason(error)})`,
        );
      // A signal cuts the wait short: what is asked next is the last.
      await pause(500, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Wait before the client connects again, milliseconds. */
export function retryStrategy(times: number): number {
  return Math.min(200 * times, 2000);
}

/**
 * @param longest milliseconds
 * @param signal from then on, it may take {@link longestEnd} at most
 * @throws Error when the promise takes longer
 */
export async function within<T>(promise: Promise<T>, longest: number, signal?: AbortSignal): Promise<T> {
  const timers: NodeJS.Timeout[] = [];
  let hurry = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const rejectAfter = (ms: number): void => {
      timers.push(setTimeout(() => reject(new DOMException('late', 'TimeoutError')), ms));
    };
    hurry = () => rejectAfter(longestEnd);
    rejectAfter(longest);
  });
  if (signal?.aborted) hurry();
  else signal?.addEventListener('abort', hurry);
  try {
    return await Promise.race([promise, late]);
  } finally {
    signal?.removeEventListener('abort', hurry);
    timers.forEach(clearTimeout);
  }
}

/** First words of what Redis answers to a command that it does not obey. */
const redisReplies: ReadonlySet<string> = new Set([
  'BUSY',
  'CLUSTERDOWN',
  'ERR',
  'LOADING',
  'MASTERDOWN',
  'MISCONF',
  'NOAUTH',
  'NOPERM',
  'NOREPLICAS',
  'OOM',
  'READONLY',
  'WRONGPASS',
  'WRONGTYPE',
]);

/** What a log says of a failure of Redis: a code, never a message, which may quote what it was given. */
export function redisReason(error: unknown): HarmlessText {
  const { name, code, message = '' } = error as { name?: string; code?: unknown; message?: string };
  const connection = connectionCode(code);
  if (connection) return connection;
  if (name === 'TimeoutError') return said`no answer in time`;
  if (/^Missing (key|lock) for job/.test(message)) return said`the job in hand is gone from Redis`;
  return listed(redisReplies, message.split(' ')[0], said`the connection is closed`);
}

/** Clients would try for ever; a wrong address is to be told at once. @throws QueueError */
export async function requireRedis(url: string): Promise<void> {
  const { default: Redis } = await import('ioredis');
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  let cause: unknown;
  // The reason of a failed connection is told to the listener alone.
  client.on('error', error => (cause ??= error));
  try {
    // One that is frozen takes the connection and never answers.
    await within(
      client.connect().then(() => client.ping()),
      longestAnswer,
    );
  } catch (error) {
    throw new QueueError(
      said`The Redis that --queue names cannot be reached (${redisReason(cause ?? error)}). Start it, or leave --queue out.`,
      { cause: error },
    );
  } finally {
    client.disconnect();
  }
}
