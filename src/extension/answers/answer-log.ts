import { openDB, type DBSchema } from 'idb';
import type { MarkAgreement } from '../../study/mark-on-map';
import type { Result } from '../store/state';

/** What a reader said of an explanation. No name and no identifier of a patient. */
export interface LoggedAnswer {
  /** ISO time. */
  at: string;
  sopInstanceUid: string;
  model: string;
  version: string;
  /** The finding that was judged, of a model of independent ones; absent in what earlier versions kept. */
  label?: string;
  method: string;
  generator: string;
  augment: number;
  score: number;
  decision: number;
  /** Share of the map that the mask leaves out, percent. */
  percentile: number;
  verdict: 'agree' | 'disagree' | 'unsure';
  note: string;
  /** Corners of the reader's own mark, pixels of the film; empty without one. */
  mark: [x: number, y: number][];
  iou: number | null;
  hit: boolean | null;
  distancePixels: number | null;
  distanceMm: number | null;
  /** The millimetres are of the detector; absent in what earlier versions kept. */
  atDetector?: boolean;
}

/** An answer as it is kept: what was judged, what the reader said, and how the reader's mark lies to the map. */
export function loggedAnswer(
  { reply, card, label, method, sopInstanceUid, augment, generator }: Result,
  said: Pick<LoggedAnswer, 'at' | 'percentile' | 'verdict' | 'note' | 'mark'>,
  agreement?: MarkAgreement,
): LoggedAnswer {
  return {
    at: said.at,
    sopInstanceUid: sopInstanceUid ?? '',
    model: card.id,
    version: card.version,
    ...(label !== undefined && { label }),
    method: method.id,
    generator: generator ?? '',
    augment: augment?.count ?? 0,
    score: reply.decision.score,
    decision: reply.decision.decided,
    percentile: said.percentile,
    verdict: said.verdict,
    note: said.note,
    mark: said.mark,
    iou: agreement?.iou ?? null,
    hit: agreement?.hit ?? null,
    distancePixels: agreement?.distancePixels ?? null,
    distanceMm: agreement?.distanceMm ?? null,
    atDetector: agreement?.atDetector ?? false,
  };
}

interface Schema extends DBSchema {
  answers: { key: number; value: LoggedAnswer };
}

const open = () =>
  openDB<Schema>('ohif-extension-explain-answers', 1, {
    upgrade: fresh => void fresh.createObjectStore('answers', { autoIncrement: true }),
  });

/** Runs one piece of work on the log, which is opened for it alone: a log held open would keep another tab from deleting it. */
async function withLog<T>(work: (log: Awaited<ReturnType<typeof open>>) => Promise<T>): Promise<T> {
  const log = await open();
  try {
    return await work(log);
  } finally {
    log.close();
  }
}

/** Adds an answer; it is on the disk when the promise is fulfilled. */
export const addAnswer = (answer: LoggedAnswer): Promise<unknown> =>
  withLog(log => log.add('answers', answer));

/** All answers, the oldest first. */
export const allAnswers = (): Promise<LoggedAnswer[]> => withLog(log => log.getAll('answers'));

export const clearAnswers = (): Promise<void> => withLog(log => log.clear('answers'));

/** The answers as a table (RFC 4180). The mark is `x y; x y; …`. */
export function answersCsv(answers: readonly LoggedAnswer[]): string {
  const columns: (keyof LoggedAnswer)[] = [
    'at',
    'sopInstanceUid',
    'model',
    'version',
    'label',
    'method',
    'generator',
    'augment',
    'score',
    'decision',
    'percentile',
    'verdict',
    'note',
    'mark',
    'iou',
    'hit',
    'distancePixels',
    'distanceMm',
    'atDetector',
  ];
  const rows = answers.map(answer =>
    columns.map(column =>
      column === 'mark' ? answer.mark.map(point => point.join(' ')).join('; ') : String(answer[column] ?? ''),
    ),
  );
  return [columns, ...rows].map(row => `${row.map(cell).join(',')}\n`).join('');
}

/** A cell that begins like a formula is one to spreadsheets: an apostrophe before it keeps it text. */
function cell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
