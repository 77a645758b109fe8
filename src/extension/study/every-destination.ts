import type { KeptAnswer, Receipt } from '../../study/delivery';
import type { Given } from '../../study/next-step';
import type { Entry } from './server';
import type { StudyDestination } from './study-service';

/** Several destinations as one: an answer is acknowledged when every one of them holds it. */
export class EveryDestination implements StudyDestination {
  constructor(private readonly all: readonly StudyDestination[]) {}

  async enter(reader: string, key?: string): Promise<Entry> {
    const entries = await Promise.all(this.all.map(each => each.enter?.(reader, key) ?? 'entered'));
    return entries.includes('key') ? 'key' : 'entered';
  }

  /** What any of them knows. */
  async given(reader: string): Promise<Given[]> {
    const answers = await Promise.allSettled(this.all.map(each => each.given?.(reader) ?? []));
    const known = answers.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []));
    if (known.length === 0 && this.all.length > 0) throw new Error('No destination answers.');
    return [...new Map(known.flat().map(each => [each.key, each])).values()];
  }

  /** One after the other: what the first refuses is not sent to the next. */
  async send(answers: readonly KeptAnswer[]): Promise<Receipt[]> {
    let waiting = answers;
    const settled: Receipt[] = [];
    let kept: Receipt[] = [];
    for (const each of this.all) {
      const receipts = waiting.length > 0 ? await each.send(waiting) : [];
      settled.push(...receipts.filter(({ state }) => state === 'conflict'));
      kept = receipts.filter(({ state }) => state === 'kept');
      waiting = waiting.filter(({ answer: { reader, key } }) =>
        kept.some(receipt => receipt.reader === reader && receipt.key === key),
      );
    }
    return [...settled, ...kept];
  }
}
