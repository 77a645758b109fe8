/** Studies that the archive has told of, each once, in their order; who waits for one is woken. */
export class Notices {
  private readonly waiting = new Set<string>();
  private wake: () => void = () => undefined;

  constructor(
    /** More are refused: an archive that tells of everything it has would fill the memory. */
    private readonly most = 10_000,
  ) {}

  get length(): number {
    return this.waiting.size;
  }

  /** @returns false where there is no room for another one */
  add(studyUid: string): boolean {
    if (!this.waiting.has(studyUid) && this.waiting.size >= this.most) return false;
    this.waiting.add(studyUid);
    this.wake();
    return true;
  }

  /** The one that waits longest; it is told of no more. */
  take(): string | undefined {
    const [first] = this.waiting;
    if (first !== undefined) this.waiting.delete(first);
    return first;
  }

  /** Until one is there, the time is over or the signal is given. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.waiting.size > 0 || signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    let end: () => void = () => undefined;
    await new Promise<void>(resolve => {
      end = resolve;
      this.wake = resolve;
      signal.addEventListener('abort', end);
      // Longer ones would overflow a timer; whoever waits asks again.
      if (Number.isFinite(milliseconds)) timer = setTimeout(resolve, Math.min(milliseconds, 2 ** 31 - 1));
    });
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    this.wake = () => undefined;
  }
}
