import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../../io/lock';
import { makeFolder } from '../../io/make-folder';
import { syncFolder } from '../../io/write-file';
import { answerSchema, type Answer } from '../../study/answers';
import { digestOf, idOf, type Receipt } from '../../study/delivery';
import { Turns } from '../turns';

/**
 * The answers of a study: a file with one JSON text a line, to which is only ever added. An answer is acknowledged when it is on
 * the disk and was read again from there. To a reading there is one answer: the first. Another one is refused, the same one is
 * acknowledged again.
 */
export class AnswerLog {
  private readonly turns = new Turns();
  private known = new Map<string, { answer: Answer; digest: string }>();
  /** Bytes of the file that `known` is of; a file of another length was written by somebody else. */
  private length = -1;
  private damagedLines = 0;
  /** The file ends within a line: its writer was killed, and did not acknowledge it. */
  private isCut = false;

  /** @param file is made with the first answer */
  constructor(private readonly file: string) {}

  /** All answers, in the order of the file. */
  answers(): Promise<Answer[]> {
    return this.turns.take(async () => {
      await this.read();
      return [...this.known.values()].map(({ answer }) => answer);
    });
  }

  /** Lines of the file that hold no answer. They stay where they are. */
  get damaged(): number {
    return this.damagedLines;
  }

  /**
   * Adds answers.
   *
   * @param texts one JSON text each, already checked against the study
   * @throws Error when the file cannot be written, or does not hold what was written: then nothing is acknowledged
   */
  add(texts: readonly string[]): Promise<Receipt[]> {
    return this.turns.take(async () => {
      await makeFolder(path.dirname(this.file));
      // Two servers may have the folder.
      return withLock(
        `${this.file}.lock`,
        () => undefined,
        () => this.append(texts),
      );
    });
  }

  private async append(texts: readonly string[]): Promise<Receipt[]> {
    await this.read();
    const given = texts.map(text => ({
      text,
      answer: answerSchema.parse(JSON.parse(text)),
      digest: digestOf(text),
    }));
    const fresh = new Map<string, string>();
    for (const { text, answer } of given) {
      const id = idOf(answer);
      if (!this.known.has(id) && !fresh.has(id)) fresh.set(id, text);
    }
    if (fresh.size > 0) await this.write([...fresh.values()]);
    return given.map(({ answer, digest }): Receipt => {
      const { reader, key } = answer;
      const held = this.known.get(idOf(answer))!.digest;
      return { reader, key, state: held === digest ? 'kept' : 'conflict', sha256: held };
    });
  }

  private async write(texts: readonly string[]): Promise<void> {
    const isNew = this.length < 0;
    const file = await open(this.file, 'a');
    try {
      await file.writeFile(`${this.isCut ? '\n' : ''}${texts.map(text => `${text}\n`).join('')}`);
      await file.sync();
    } finally {
      await file.close();
    }
    if (isNew) await syncFolder(path.dirname(this.file));
    // Not from memory: what is acknowledged is what the file gives back.
    this.length = -1;
    await this.read();
    for (const text of texts) {
      const found = this.known.get(idOf(answerSchema.parse(JSON.parse(text))));
      if (found?.digest !== digestOf(text))
        throw new Error(`${this.file} does not hold what was written to it.`);
    }
  }

  private async read(): Promise<void> {
    const size = await stat(this.file).then(
      found => found.size,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return -1;
        throw error;
      },
    );
    if (size === this.length) return;
    const { answers, damaged, isCut } = parseAnswers(size < 0 ? '' : await readFile(this.file, 'utf8'));
    this.known = new Map();
    for (const { answer, text } of answers) {
      const id = idOf(answer);
      if (!this.known.has(id)) this.known.set(id, { answer, digest: digestOf(text) });
    }
    this.damagedLines = damaged;
    this.isCut = isCut;
    this.length = size;
  }
}

/** Reads the text of such a file. */
export function parseAnswers(text: string): {
  answers: { answer: Answer; text: string }[];
  damaged: number;
  isCut: boolean;
} {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const answers: { answer: Answer; text: string }[] = [];
  let damaged = 0;
  // A last line without its end was never acknowledged.
  for (const line of lines) {
    if (line === '') continue;
    const answer = answerIn(line);
    if (answer) answers.push({ answer, text: line });
    else damaged += 1;
  }
  return { answers, damaged, isCut: last !== '' };
}

function answerIn(line: string): Answer | undefined {
  try {
    return answerSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
