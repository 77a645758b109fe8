import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { InstanceAddress } from './dicomweb-client';

/** One line of the log. Values are numbers, fixed words and reasons; nothing of a patient. */
export type Entry = { event: string } & Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

export type Log = (entry: Entry) => void;

/** Names an image in the log: the same image always alike, but without its UID, which the archive could resolve. */
export function imageName({ instanceUid }: InstanceAddress): string {
  return createHash('sha256').update(`explain pacs\n${instanceUid}`).digest('hex').slice(0, 12);
}

/** Writes JSON lines to a file, or to the given writer. */
export function jsonLog(target: string | ((line: string) => void), now: () => Date = () => new Date()): Log {
  const write = typeof target === 'string' ? (line: string) => appendFileSync(target, line) : target;
  return entry => write(`${JSON.stringify({ time: now().toISOString(), ...entry })}\n`);
}
