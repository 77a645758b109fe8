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

/**
 * Asks Redis again until it answers.
 *
 * @param patienceMs asked for that long
 * @param checked called after each failure; what it throws ends the asking
 * @throws QueueError when it does not answer within the patience; `described` says it
 */
export async function persist<T>(
  ask: () => Promise<T>,
  patienceMs: number,
  described: (what: HarmlessText) => QueueError = what => new QueueError(said`${what}.`),
  checked: () => void = () => undefined,
): Promise<T> {
  const begin = Date.now();
  for (;;) {
    try {
      return await within(ask(), longestAnswer);
    } catch (error) {
      checked();
      if (Date.now() - begin > patienceMs)
        throw described(
          said`Redis has not answered for ${Math.round(patienceMs / 1000)} s (${redisReason(error)})`,
        );
      await pause(500);
    }
  }
}

/** Wait before the client connects again, milliseconds. */
export function retryStrategy(times: number): number {
  return Math.min(200 * times, 2000);
}

/** @throws Error when the promise takes longer, milliseconds */
export async function within<T>(promise: Promise<T>, longest: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DOMException('late', 'TimeoutError')), longest);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
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
    await client.connect();
    await client.ping();
  } catch (error) {
    throw new QueueError(
      said`The Redis that --queue names cannot be reached (${redisReason(cause ?? error)}). Start it, or leave --queue out.`,
      { cause: error },
    );
  } finally {
    client.disconnect();
  }
}
