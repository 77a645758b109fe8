import { utf8ToBytes } from '@noble/hashes/utils.js';
import { sha256Hex } from '../models/hash';
import type { Answer } from './answers';

/** An answer as the browser keeps it. What is sent is its text: its digest proves that it arrived as it was. */
export interface KeptAnswer {
  /** Study, reader and key of the reading: there is one answer to a reading, and it is never written over. */
  id: string;
  answer: Answer;
  text: string;
  /** `waiting` until the destination has it; `refused` where it holds another answer to the same reading. */
  state: 'waiting' | 'delivered' | 'refused';
}

/** Where answers are kept until, and after, they are sent. */
export interface AnswerStore {
  all(study: string): Promise<KeptAnswer[]>;
  /** Fulfilled when the answer is on the disk. */
  put(kept: KeptAnswer): Promise<void>;
}

/** What a destination says of an answer: that it holds the text of this digest, or another answer to this reading. */
export interface Receipt {
  reader: string;
  key: string;
  state: 'kept' | 'conflict';
  /** SHA-256 of the text as it was found again, hexadecimal. */
  sha256: string;
}

export interface Destination {
  /** @throws Error when the answers did not get there; they are sent again */
  send(answers: readonly KeptAnswer[]): Promise<Receipt[]>;
}

export interface DeliveryState {
  waiting: number;
  delivered: number;
  refused: number;
  /** Why the last attempt failed. */
  failure?: Error;
}

/** Answers that are sent at once. */
const atOnce = 50;

/**
 * Keeps answers and sends them until they are acknowledged. An answer counts as delivered only where the destination names
 * the digest of what it holds, and that is the answer's own.
 */
export class Delivery {
  private readonly kept = new Map<string, KeptAnswer>();
  private running?: Promise<void>;
  private failure?: Error;
  private retry?: ReturnType<typeof setTimeout>;

  /**
   * @param destination absent: answers are kept here alone, and taken away as a file
   * @param onChange told whenever the state changed
   * @param retryAfter milliseconds from a failure to the next attempt
   */
  constructor(
    private readonly store: AnswerStore,
    private readonly destination: Destination | undefined,
    private readonly onChange: () => void = () => undefined,
    private readonly retryAfter = 15_000,
  ) {}

  /** Reads what is kept of a study, and goes on sending. */
  async open(study: string): Promise<void> {
    for (const kept of await this.store.all(study)) this.kept.set(kept.id, kept);
    this.send();
  }

  /** Every answer that is kept here, in the order in which they were given. */
  answers(): Answer[] {
    return this.list().map(({ answer }) => answer);
  }

  list(): KeptAnswer[] {
    return [...this.kept.values()].sort((a, b) => a.answer.answeredAt.localeCompare(b.answer.answeredAt));
  }

  state(): DeliveryState {
    const count = (state: KeptAnswer['state']): number =>
      this.list().filter(each => each.state === state).length;
    return {
      waiting: count('waiting'),
      delivered: count('delivered'),
      refused: count('refused'),
      ...(this.failure !== undefined ? { failure: this.failure } : {}),
    };
  }

  /**
   * Keeps an answer; it is on the disk when the promise is fulfilled, and sent from then on.
   *
   * @throws Error when the reading has an answer already: the first is locked
   */
  async add(answer: Answer): Promise<void> {
    const id = idOf(answer);
    if (this.kept.has(id)) throw new Error('This reading has been answered already; its answer is locked.');
    const kept: KeptAnswer = { id, answer, text: JSON.stringify(answer), state: 'waiting' };
    await this.store.put(kept);
    this.kept.set(id, kept);
    this.onChange();
    this.send();
  }

  /** Sends what waits, now: a time-out is over, or the network is back. */
  send(): void {
    if (this.retry !== undefined) clearTimeout(this.retry);
    this.retry = undefined;
    if (!this.destination || this.running) return;
    this.running = this.sendAll(this.destination).finally(() => {
      this.running = undefined;
      this.onChange();
    });
  }

  /** Fulfilled when nothing is under way. */
  async idle(): Promise<void> {
    while (this.running) await this.running;
  }

  close(): void {
    if (this.retry !== undefined) clearTimeout(this.retry);
    this.retry = undefined;
  }

  private async sendAll(destination: Destination): Promise<void> {
    try {
      for (;;) {
        const batch = this.list()
          .filter(({ state }) => state === 'waiting')
          .slice(0, atOnce);
        if (batch.length === 0) break;
        const settled = await this.settle(batch, await destination.send(batch));
        if (settled === 0) throw new Error('The destination acknowledged none of the answers.');
        this.onChange();
      }
      this.failure = undefined;
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.retry = setTimeout(() => this.send(), this.retryAfter);
    }
  }

  /** @returns how many of the batch wait no more */
  private async settle(batch: readonly KeptAnswer[], receipts: readonly Receipt[]): Promise<number> {
    let settled = 0;
    for (const kept of batch) {
      const { reader, key } = kept.answer;
      const receipt = receipts.find(each => each.reader === reader && each.key === key);
      const state =
        receipt?.state === 'conflict'
          ? 'refused'
          : receipt?.sha256 === digestOf(kept.text)
            ? 'delivered'
            : undefined;
      if (!state) continue;
      const next: KeptAnswer = { ...kept, state };
      await this.store.put(next);
      this.kept.set(kept.id, next);
      settled += 1;
    }
    return settled;
  }
}

/** There is one answer to each reading of a reader in a study. */
export function idOf({ study, reader, key }: Pick<Answer, 'study' | 'reader' | 'key'>): string {
  return `${study}/${reader}/${key}`;
}

/** SHA-256 of a text's UTF-8, hexadecimal. */
export function digestOf(text: string): string {
  return sha256Hex(utf8ToBytes(text));
}
