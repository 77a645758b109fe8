import type { PubSub, Subscription } from './ohif-types';

/**
 * Subscribes to events by name; an event that this OHIF does not have is left out, and a fault in the callback is
 * reported instead of reaching the host's broadcast, which would stop the host's own subscribers.
 */
export function subscribeSafely(
  service: PubSub | undefined,
  events: readonly string[],
  callback: (payload: unknown) => void,
): Subscription[] {
  const guarded = (payload: unknown): void => {
    try {
      callback(payload);
    } catch (error) {
      console.error('ohif-extension-explain:', error);
    }
  };
  return events
    .map(name => service?.EVENTS?.[name])
    .filter(event => event !== undefined)
    .map(event => service!.subscribe(event, guarded));
}
