import type { Destination, KeptAnswer, Receipt } from '../../study/delivery';
import type { Given } from '../../study/next-step';

/** A server that takes answers, as `explain viewer --study` runs it. */
export class StudyServer implements Destination {
  /** @param address without a slash at its end */
  constructor(private readonly address: string) {}

  /** Readings that the server has answers to: a reader may have begun at another machine. */
  async given(reader: string): Promise<Given[]> {
    const response = await fetch(`${this.address}/answered.json?reader=${encodeURIComponent(reader)}`);
    if (!response.ok) throw new Error(await reasonOf(response));
    return (await response.json()) as Given[];
  }

  async send(answers: readonly KeptAnswer[]): Promise<Receipt[]> {
    const response = await fetch(`${this.address}/answers`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: answers.map(({ text }) => text).join('\n'),
    });
    if (!response.ok) throw new Error(await reasonOf(response));
    const { receipts } = (await response.json()) as { receipts: Receipt[] };
    return receipts;
  }
}

async function reasonOf(response: Response): Promise<string> {
  const said = await response.json().catch(() => undefined);
  const { error } = (said ?? {}) as { error?: unknown };
  return typeof error === 'string' ? error : `HTTP ${response.status}`;
}
