import { createHash } from 'node:crypto';
import type { InstanceAddress } from './dicomweb-client';
import type { ResultKind } from '../dicom/results';
import type { HarmlessText } from '../io/harmless';

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
  /** The service answers at an address. */
  | 'listening'
  /** The archive has told of a study. */
  | 'told-of'
  /** A study told of failed at every look and is not looked at again. */
  | 'given-up'
  | 'pass-failed'
  /** Before the service tries again. */
  | 'waiting'
  | 'stopping'
  /** A workitem of the worklist was taken on, and what became of it. */
  | 'claimed'
  /** One that was taken on before the service was killed, or lost the worklist, is gone on with. */
  | 'claimed-before'
  | 'completed'
  | 'canceled'
  /** The worklist has it no more. */
  | 'gone'
  /** The worklist took neither its completion nor that it is given up. */
  | 'not-ended'
  /** Workitems of a round that the worklist did not give: others were faster, or it never gives them. */
  | 'not-given'
  /** Audit messages could not be sent. */
  | 'audit-failed'
  | 'end';

/** How much a line matters; a log keeps those from a level on. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
type LogLevel = (typeof logLevels)[number];

const levels: Readonly<Record<LogEvent, LogLevel>> = {
  start: 'info',
  explained: 'info',
  'already-done': 'debug',
  refused: 'info',
  'to-do': 'info',
  failed: 'error',
  'search-failed': 'error',
  retry: 'warn',
  'taken-over': 'warn',
  'queue-error': 'error',
  'queued-again': 'warn',
  aborted: 'error',
  listening: 'info',
  'told-of': 'debug',
  'given-up': 'error',
  'pass-failed': 'error',
  waiting: 'warn',
  stopping: 'info',
  claimed: 'info',
  'claimed-before': 'warn',
  completed: 'info',
  canceled: 'error',
  gone: 'warn',
  'not-ended': 'error',
  'not-given': 'info',
  'audit-failed': 'error',
  end: 'info',
};

/** What a search of the archive looks for. */
export type SearchLevel = 'studies' | 'series' | 'instances';

/** One line of the log: numbers and harmless texts; nothing of a patient. */
type Entry = { event: LogEvent } & Readonly<Record<string, Value | readonly Value[] | undefined>> & {
    /** The log's own: an entry that had one would take its place. */
    readonly [own in 'time' | 'level']?: never;
  };

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

/** Writes JSON lines of a level and above. */
export function jsonLog(
  write: (line: string) => void,
  { now = () => new Date(), least = 'debug' }: { now?: () => Date; least?: LogLevel } = {},
): Log {
  return entry => {
    const level = levels[entry.event];
    if (logLevels.indexOf(level) < logLevels.indexOf(least)) return;
    write(`${JSON.stringify({ time: now().toISOString(), level, ...entry })}\n`);
  };
}
