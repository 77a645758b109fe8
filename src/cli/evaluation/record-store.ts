import { appendFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CaseRecord } from '../../report/records';

/**
 * Finished cases on disk, one JSON line each after a line that says what they are of: an evaluation that was interrupted
 * goes on where it stopped, and one of another model, set or plan starts anew.
 */
export class RecordStore {
  private constructor(
    private readonly file: string,
    /** By case id. */
    readonly records: Map<string, CaseRecord>,
  ) {}

  /**
   * @param key identifies model, set and plan
   * @param fresh forgets finished cases even of the same key
   */
  static async open(folder: string, key: string, fresh = false): Promise<RecordStore> {
    const file = path.join(folder, 'cases.jsonl');
    const text = await readFile(file, 'utf8').catch(() => '');
    const [header, ...lines] = text.split('\n');
    if (!fresh && header === JSON.stringify({ key })) {
      const records = lines.flatMap(parseLine);
      await writeFile(file, [header, ...records.map(record => JSON.stringify(record)), ''].join('\n'));
      return new RecordStore(file, new Map(records.map(record => [record.id, record])));
    }
    await mkdir(folder, { recursive: true });
    await writeFile(file, `${JSON.stringify({ key })}\n`);
    return new RecordStore(file, new Map());
  }

  add(record: CaseRecord): void {
    const line = JSON.stringify(record, rounded);
    // What is kept is what is on disk, so that an interrupted evaluation ends with the same figures.
    this.records.set(record.id, JSON.parse(line) as CaseRecord);
    appendFileSync(this.file, `${line}\n`);
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
