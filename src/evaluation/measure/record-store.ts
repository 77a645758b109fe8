import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { readTextIfThere } from '../../io/read-if-there';
import { writeAtomically } from '../../io/write-file';
import type { CaseRecord } from '../records';

/** What finished cases are of. */
export interface StoreIdentity {
  /** Identifies model, split and plan. */
  key: string;
  /** Hash of the prepared pixels and the truths; absent in files written before it was recorded. */
  content?: string;
  /** Model and data in words, for the message that says that they are others. */
  about?: string;
}

/**
 * Finished cases on disk, one JSON line each after a line that says what they are of: an evaluation that was interrupted
 * goes on where it stopped. Finished cases of another model, other data or another plan are never overwritten unasked.
 */
export class RecordStore {
  private constructor(
    private readonly file: string,
    /** By case id. */
    readonly records: Map<string, CaseRecord>,
  ) {}

  /**
   * @param fresh forgets finished cases, whatever they are of
   * @throws Error when the folder holds finished cases of another evaluation
   */
  static async open(folder: string, identity: StoreIdentity, fresh = false): Promise<RecordStore> {
    const file = path.join(folder, 'cases.jsonl');
    const text = (await readTextIfThere(file)) ?? '';
    const [header, ...lines] = text.split('\n');
    const records = fresh ? [] : lines.flatMap(parseLine);
    if (records.length > 0) refuseOther(file, header, identity, records.length);
    const kept = [JSON.stringify(identity), ...records.map(record => JSON.stringify(record)), ''];
    await writeAtomically(file, kept.join('\n'));
    return new RecordStore(file, new Map(records.map(record => [record.id, record])));
  }

  add(record: CaseRecord): void {
    const line = JSON.stringify(record, rounded);
    // What is kept is what is on disk, so that an interrupted evaluation ends with the same figures.
    this.records.set(record.id, JSON.parse(line) as CaseRecord);
    appendFileSync(this.file, `${line}\n`);
  }
}

function refuseOther(file: string, header: string, wanted: StoreIdentity, count: number): void {
  const found = parseIdentity(header);
  const sameContent = found?.content === undefined || found.content === wanted.content;
  if (found?.key === wanted.key && sameContent) return;
  const of = found?.about === undefined ? '' : ` (${found.about})`;
  throw new Error(
    `${file} holds ${count} finished images of another model, other data or other options${of}. ` +
      'Give another --out, or --rescore to discard them.',
  );
}

function parseIdentity(header: string): StoreIdentity | undefined {
  try {
    return JSON.parse(header) as StoreIdentity;
  } catch {
    return undefined;
  }
}

/** The last line may be cut where the process was killed; that case is evaluated again. */
function parseLine(line: string): CaseRecord[] {
  try {
    return line ? [JSON.parse(line) as CaseRecord] : [];
  } catch {
    return [];
  }
}

/** Seven digits are all that float32 has, and curves are long. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(7)) : value;
}
