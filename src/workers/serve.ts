import { createBirpc } from 'birpc';
import type { Calls, Handlers } from './calls';
import { toSent } from './errors';
import { transferredWith, type Port } from './port';
import { isAnswer, type Hello, type Listening, type Offered } from './wire';

/**
 * Answers the calls that come through a port, one after the other: a worker's networks share one backend, and answers must not
 * overtake each other.
 *
 * @param lock name of a Web Lock that this worker holds as long as it lives
 */
export function serve<C extends Calls<C>>(
  port: Port,
  handlers: Handlers<C>,
  lock?: Promise<string | undefined>,
): void {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
  const names = Object.keys(handlers) as (keyof C & string)[];
  const offered = names.map(name => [
    name,
    (id: number, request: unknown) =>
      inTurn(async () => handlers[name](request, value => void caller.$callEvent('report', id, value))),
  ]);
  const hello = async (): Promise<Hello> => ({ lock: await lock });
  const caller = createBirpc<Listening, Offered, false>(
    { ...Object.fromEntries(offered), hello } as Offered,
    {
      post: message => port.post(message, transferredWith([message.r, ...(message.a ?? [])])),
      on: listener => port.listen(listener),
      serialize: message => (isAnswer(message) && message.e ? { ...message, e: toSent(message.e) } : message),
      // A reply that cannot be sent is an error that can.
      onGeneralError: () => true,
      timeout: -1,
      proxify: false,
    },
  );
}
