import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import type { InstanceAddress } from './dicomweb-client';
import type { ResultKind } from '../dicom/results';
import type { HarmlessText } from './harmless';

/** What a line of the log can tell of. */
type LogEvent =
  | 'start'
  | 'explained'
  | 'already-done'
  | 'refused'
  | 'to-do'
  | 'failed'
  /** A study, series or page of the archive could not be searched, or lists what is no UID. */
  | 'search-failed'
  | 'retry'
  | 'taken-over'
  | 'queue-error'
  | 'queued-again'
  | 'aborted'
  | 'end';

/** What a search of the archive looks for. */
export type SearchLevel = 'studies' | 'series' | 'instances';

/** One line of the log: numbers and harmless texts; nothing of a patient. */
type Entry = { event: LogEvent } & Readonly<Record<string, Value | readonly Value[] | undefined>>;

type Value = HarmlessText | number | boolean | LogEvent | SearchLevel | ResultKind;

export type Log = (entry: Entry) => void;

/** Names an image in the log: the same image always alike, but without its UID, which the archive could resolve. */
export function imageName({ instanceUid }: InstanceAddress): HarmlessText {
  return nameFor(instanceUid);
}

/** Names a study or series in the log as {@link imageName} does an image. */
export function nameFor(uid: string): HarmlessText {
  return createHash('sha256').update(`explain pacs\n${uid}`).digest('hex').slice(0, 12) as HarmlessText;
}

/** Writes JSON lines to a file, or to the given writer. */
export function jsonLog(target: string | ((line: string) => void), now: () => Date = () => new Date()): Log {
  const write = typeof target === 'string' ? (line: string) => appendFileSync(target, line) : target;
  return entry => write(`${JSON.stringify({ time: now().toISOString(), ...entry })}\n`);
}
