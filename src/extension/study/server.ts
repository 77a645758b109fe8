import type { Answer } from '../../study/answers';
import type { Destination, KeptAnswer, Receipt } from '../../study/delivery';
import type { Given } from '../../study/next-step';
import { StudyFailure } from './failure';

/** What came of a reader's code and key: `key`: the server asks for the right one. */
export type Entry = 'entered' | 'key';

/** A server that takes answers, as `explain viewer --study` runs it. */
export class StudyServer implements Destination {
  /**
   * @param address without a slash at its end
   * @param tellSecret takes what the reader's reports in an archive are named by
   */
  constructor(
    private readonly address: string,
    private readonly tellSecret: (reader: string, secret: string | undefined) => void = () => undefined,
  ) {}

  /** Shows the server who reads here: by the key, or by what the browser kept of it. */
  async enter(reader: string, key?: string): Promise<Entry> {
    const response = await request(`${this.address}/enter`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ reader, ...(key !== undefined && { key }) }),
    });
    if (response.status === 401) return 'key';
    // A server of an earlier release, which asks for no key.
    const isOlder = response.status === 405;
    if (!isOlder && !response.ok) throw new Error(await reasonOf(response));
    const { archiveKey } = (isOlder ? {} : await response.json()) as { archiveKey?: unknown };
    this.tellSecret(reader, typeof archiveKey === 'string' ? archiveKey : undefined);
    return 'entered';
  }

  /** Readings that the server has answers to: a reader may have begun at another machine. */
  async given(reader: string): Promise<Given[]> {
    const response = await request(`${this.address}/answered.json?reader=${encodeURIComponent(reader)}`);
    if (!response.ok) throw new Error(await reasonOf(response));
    return (await response.json()) as Given[];
  }

  /**
   * By reader and session: what is refused of one, since that reader did not enter or the session may not begin yet, does not keep
   * back what is not.
   */
  async send(answers: readonly KeptAnswer[]): Promise<Receipt[]> {
    const receipts: Receipt[] = [];
    const failures = new Map<string, unknown>();
    for (const group of groups(answers)) {
      const { reader } = group[0].answer;
      // A reader's answers are taken in their order.
      if (failures.has(reader)) continue;
      await this.sendGroup(group).then(
        taken => receipts.push(...taken),
        (error: unknown) => failures.set(reader, error),
      );
    }
    if (receipts.length === 0 && failures.size > 0) throw [...failures.values()][0];
    return receipts;
  }

  private async sendGroup(answers: readonly KeptAnswer[]): Promise<Receipt[]> {
    const response = await request(`${this.address}/answers`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: answers.map(({ text }) => text).join('\n'),
    });
    if (response.status === 401) throw new StudyFailure('notEntered', { reader: answers[0].answer.reader });
    if (!response.ok) throw new Error(await reasonOf(response));
    const { receipts } = (await response.json()) as { receipts: Receipt[] };
    return receipts;
  }
}

function groups(answers: readonly KeptAnswer[]): KeptAnswer[][] {
  const all = new Map<string, KeptAnswer[]>();
  const nameOf = ({ reader, session }: Answer): string => `${reader}/${session}`;
  for (const each of [...answers].sort((a, b) => a.answer.session - b.answer.session)) {
    const name = nameOf(each.answer);
    all.set(name, [...(all.get(name) ?? []), each]);
  }
  return [...all.values()];
}

/** @throws StudyFailure where nobody answers */
export async function request(
  address: string,
  options?: RequestInit,
  ask: typeof fetch = fetch,
): Promise<Response> {
  try {
    return await ask(address, options);
  } catch (error) {
    throw new StudyFailure('noConnection', {}, { cause: error });
  }
}

async function reasonOf(response: Response): Promise<string> {
  const said = await response.json().catch(() => undefined);
  const { error } = (said ?? {}) as { error?: unknown };
  return typeof error === 'string' ? error : `HTTP ${response.status}`;
}
