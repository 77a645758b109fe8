import { appendFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { readTextIfThere } from '../../io/read-if-there';
import { cannotWrite, writeAtomically } from '../../io/write-file';
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
   * @throws Error when the folder holds finished cases of another evaluation, or damaged ones
   */
  static async open(folder: string, identity: StoreIdentity, fresh = false): Promise<RecordStore> {
    const file = path.join(folder, 'cases.jsonl');
    const text = (await readTextIfThere(file)) ?? '';
    const [header, ...lines] = text.split('\n');
    const found = fresh ? [] : lines.flatMap(parseLine);
    if (found.length > 0) refuseOther(file, header, identity, found.length);
    const records = found.map(({ value, line }) => checked(value, file, line));
    const kept = [JSON.stringify(identity), ...records.map(record => JSON.stringify(record)), ''];
    await writeAtomically(file, kept.join('\n'));
    return new RecordStore(file, new Map(records.map(record => [record.id, record])));
  }

  /** @throws Error that names the file where it cannot be written */
  add(record: CaseRecord): void {
    const line = JSON.stringify(record, rounded);
    try {
      appendFileSync(this.file, `${line}\n`);
    } catch (error) {
      throw cannotWrite(this.file, error);
    }
    // What is kept is what is on disk, so that an interrupted evaluation ends with the same figures.
    this.records.set(record.id, JSON.parse(line) as CaseRecord);
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

interface Line {
  /** Undefined where it is no JSON. */
  value: unknown;
  /** Its number in the file, from 1. */
  line: number;
}

/** The last line may be cut where the process was killed; that case is evaluated again. */
function parseLine(text: string, index: number, lines: readonly string[]): Line[] {
  if (text === '') return [];
  // The identity is the first line.
  const line = index + 2;
  try {
    return [{ value: JSON.parse(text) as unknown, line }];
  } catch {
    return index === lines.length - 1 ? [] : [{ value: undefined, line }];
  }
}

const curve = z.array(z.number().nullable());
const figures = z.looseObject({
  values: z.record(z.string(), z.number().nullable()),
  precision: curve,
  sensitivity: curve,
});

/** What the figures are made of, as far as a damaged line could end in them; all else stays as it is. */
const recordSchema = z.looseObject({
  id: z.string(),
  patient: z.string(),
  label: z.number(),
  score: z.number().min(0).max(1),
  logit: z.number(),
  classifierSeconds: z.number().min(0),
  generators: z.record(z.string(), z.looseObject({ scoreAdversarial: z.number() })),
  maps: z.record(
    z.string(),
    z.looseObject({
      constantShare: z.number(),
      right: figures,
      control: figures.optional(),
      thumbnail: z.string(),
    }),
  ),
});

/** @throws Error naming file and line where it is no finished case */
function checked(value: unknown, file: string, line: number): CaseRecord {
  const result = recordSchema.safeParse(value);
  if (result.success) return value as CaseRecord;
  const [{ path: at, message }] = result.error.issues;
  throw new Error(
    `${file}, line ${line}: this finished image is damaged (${at.length > 0 ? `${at.join('.')}: ` : ''}${message}). ` +
      'Delete that line to measure the image again, or give --rescore to measure all again.',
  );
}

/** Seven digits are all that float32 has, and curves are long. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(7)) : value;
}
