import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../../io/lock';
import { makeFolder } from '../../io/make-folder';
import { syncFolder } from '../../io/write-file';
import { answerSchema, moment, type Answer } from '../../study/answers';
import { digestOf, idOf, type Receipt } from '../../study/delivery';
import { Turns } from '../turns';

/** An answer as the file holds it. */
export interface HeldAnswer {
  answer: Answer;
  /** As it was sent: its digest is what is acknowledged. */
  text: string;
  /** When this server took it, by its own clock; absent in files of releases before this. */
  receivedAt?: string;
}

/** What a file held when it was read. */
interface Contents {
  /** Tells this state of the file from any other; absent: there is no file. */
  stamp?: string;
  /** By reading, in the order of the file; the first of two. */
  held: ReadonlyMap<string, HeldAnswer & { digest: string }>;
  /** Lines of the file that hold no answer. They stay where they are. */
  damaged: number;
  /** The file ends within a line: its writer was killed, and did not acknowledge it. */
  isCut: boolean;
}

/** Another server may write for so long, milliseconds. */
const lockPatience = 10_000;

/**
 * The answers of a study: a file with one JSON text a line, to which is only ever added. An answer is acknowledged when it is on
 * the disk and was read again from there. To a reading there is one answer: the first. Another one is refused, the same one is
 * acknowledged again.
 */
export class AnswerLog {
  private readonly turns = new Turns();
  private last: Contents = { held: new Map(), damaged: 0, isCut: false };

  /** @param file is made with the first answer */
  constructor(private readonly file: string) {}

  /** All answers, in the order of the file, and how many lines hold none. Waits for nobody who writes. */
  async contents(): Promise<{ answers: HeldAnswer[]; damaged: number }> {
    const { held, damaged } = await this.read();
    return { answers: [...held.values()], damaged };
  }

  /** The answer to a reading, named as by `idOf`. */
  async find(id: string): Promise<HeldAnswer | undefined> {
    return (await this.read()).held.get(id);
  }

  /**
   * Adds answers.
   *
   * @param texts one JSON text each, already checked against the study
   * @param check is asked about the answers to readings that have none yet, with those that are held; what it throws ends it
   * @throws LockTaken when another server writes for too long
   * @throws Error when the file cannot be written, or does not hold what was written: then nothing is acknowledged
   */
  add(
    texts: readonly string[],
    check: (held: readonly HeldAnswer[], fresh: readonly Answer[], now: Date) => void = () => undefined,
  ): Promise<Receipt[]> {
    return this.turns.take(async () => {
      await makeFolder(path.dirname(this.file));
      // Two servers may have the folder.
      return withLock(
        `${this.file}.lock`,
        () => undefined,
        () => this.append(texts, check),
        lockPatience,
      );
    });
  }

  private async append(
    texts: readonly string[],
    check: NonNullable<Parameters<AnswerLog['add']>[1]>,
  ): Promise<Receipt[]> {
    const before = await this.read();
    const given = texts.map(text => ({ text, answer: answerSchema.parse(JSON.parse(text)) }));
    const fresh = new Map<string, { text: string; answer: Answer }>();
    for (const each of given) {
      const id = idOf(each.answer);
      if (!before.held.has(id) && !fresh.has(id)) fresh.set(id, each);
    }
    const now = new Date();
    const added = [...fresh.values()];
    check(
      [...before.held.values()],
      added.map(({ answer }) => answer),
      now,
    );
    const { held } = added.length > 0 ? await this.write(added, before, now) : before;
    return given.map(({ answer, text }): Receipt => {
      const { reader, key } = answer;
      const { digest } = held.get(idOf(answer))!;
      return { reader, key, state: digest === digestOf(text) ? 'kept' : 'conflict', sha256: digest };
    });
  }

  private async write(
    added: readonly { text: string; answer: Answer }[],
    { stamp, isCut }: Contents,
    now: Date,
  ): Promise<Contents> {
    const file = await open(this.file, 'a');
    try {
      const lines = added.map(({ text }) => lineOf(text, now));
      await file.writeFile(`${isCut ? '\n' : ''}${lines.join('')}`);
      await file.sync();
    } finally {
      await file.close();
    }
    if (stamp === undefined) await syncFolder(path.dirname(this.file));
    // Not from memory: what is acknowledged is what the file gives back.
    this.last = { ...this.last, stamp: 'outdated' };
    const after = await this.read();
    for (const { text, answer } of added) {
      if (after.held.get(idOf(answer))?.digest !== digestOf(text))
        throw new Error(`${this.file} does not hold what was written to it.`);
    }
    return after;
  }

  private async read(): Promise<Contents> {
    const stamp = await stampOf(this.file);
    if (stamp === this.last.stamp) return this.last;
    const text = stamp === undefined ? '' : await readFile(this.file, 'utf8');
    const { answers, damaged, isCut } = parseAnswers(text);
    const held = new Map<string, HeldAnswer & { digest: string }>();
    for (const each of answers) {
      const id = idOf(each.answer);
      if (!held.has(id)) held.set(id, { ...each, digest: digestOf(each.text) });
    }
    this.last = { stamp, held, damaged, isCut };
    return this.last;
  }
}

/** An edit may keep the length, and an editor may write a new file. */
async function stampOf(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The answer stands in its line as it was sent, character by character, after the server's own time. */
function lineOf(text: string, now: Date): string {
  return `{"receivedAt":"${now.toISOString()}","answer":${text}}\n`;
}

const receivedLine = /^\{"receivedAt":"([0-9TZ:.-]{20,30})","answer":(.*)\}$/s;

/** Reads the text of such a file. */
export function parseAnswers(text: string): {
  answers: HeldAnswer[];
  damaged: number;
  isCut: boolean;
} {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const answers: HeldAnswer[] = [];
  let damaged = 0;
  // A last line without its end was never acknowledged.
  for (const line of lines) {
    if (line === '') continue;
    const held = heldIn(line);
    if (held) answers.push(held);
    else damaged += 1;
  }
  return { answers, damaged, isCut: last !== '' };
}

/** Lines of earlier releases, and of readers' downloads, are the answer alone. */
function heldIn(line: string): HeldAnswer | undefined {
  const [, receivedAt, text = line] = receivedLine.exec(line) ?? [];
  // The washout is counted from it: a line whose time is none is damaged, whatever its answer looks like.
  if (receivedAt !== undefined && !moment.safeParse(receivedAt).success) return undefined;
  try {
    return { answer: answerSchema.parse(JSON.parse(text)), text, ...(receivedAt && { receivedAt }) };
  } catch {
    return undefined;
  }
}
