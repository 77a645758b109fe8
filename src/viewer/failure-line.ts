import { connectionCode } from '../io/harmless';

/**
 * What the server's log says of a request that failed: kind, the system's code and place. Not the message, which may hold a
 * patient's name or a path that does.
 */
export function failureLine(error: Error): string {
  const code = connectionCode((error as NodeJS.ErrnoException).code);
  // By its form: a message of several lines stands before the places.
  const place = /^ +at (.+)$/m.exec(error.stack ?? '')?.[1] ?? '?';
  return `A request failed: ${[error.name, code].filter(Boolean).join(' ')} at ${place}`;
}
